import {present} from '../../spec/syntax/pick.ts';
import type {BuildPlan, BuildRow} from './build-plan.ts';
import type {OciConfig} from './oci-config.ts';

/** What a row made, in this build or in an earlier one. */
export interface MadeRow {
	/** The diff id of its layer; undefined when it changed no file. */
	readonly layer?: string | undefined;
	/** RFC 3339, in UTC. */
	readonly created: string;
}

/**
 * The configuration of the image that a build made. Its date is that of the row that was made last, so that a build which makes nothing
 * anew gives the same image; without rows it is that of the base.
 *
 * @param made what each row but FROM made
 * @param date another date, RFC 3339
 */
export function finishedConfig(plan: BuildPlan, made: ReadonlyMap<BuildRow, MadeRow>, date?: string): OciConfig {
	const rows = rowsOf(plan, plan.target).map(row => {
		const each = made.get(row);
		if (each === undefined) throw new RangeError(`${row.place} was not made`);
		return {row, ...each};
	});
	const base = plan.stages.find(({index}) => index === plan.target)?.config;
	if (base === undefined) throw new RangeError('the plan has no target');
	const last = rows
		.map(({created}) => created)
		.sort()
		.at(-1);
	return {
		...base,
		...present({created: date ?? last ?? base.created}),
		rootfs: {type: 'layers', diff_ids: [...base.rootfs.diff_ids, ...rows.flatMap(({layer}) => layer ?? [])]},
		history: [
			...base.history,
			...rows.map(({row, layer, created}) => ({
				created,
				created_by: row.command,
				comment: 'tsbox',
				...(layer === undefined && {empty_layer: true}),
			})),
		],
	};
}

/** The rows that lie on the image that a stage begins with, lowest first: those of the stages that it is built on, and its own. */
function rowsOf(plan: BuildPlan, stage: number): readonly BuildRow[] {
	const found = plan.stages.find(({index}) => index === stage);
	if (found === undefined) throw new RangeError(`the plan has no stage ${stage}`);
	const below = found.base.kind === 'stage' ? rowsOf(plan, found.base.stage) : [];
	return [...below, ...found.rows.filter(({kind}) => kind !== 'base')];
}
