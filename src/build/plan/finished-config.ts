import type {BuildPlan, BuildRow} from './build-plan.ts';
import type {OciConfig} from './oci-config.ts';

/**
 * The configuration of the image that a build made.
 * @param layers the diff id of the layer that a row made; none for a row that changed no file
 * @param created RFC 3339
 */
export function finishedConfig(plan: BuildPlan, layers: ReadonlyMap<BuildRow, string>, created: string): OciConfig {
	const rows = rowsOf(plan, plan.target);
	const base = plan.stages.find(({index}) => index === plan.target)?.config;
	if (base === undefined) throw new RangeError('the plan has no target');
	const made = rows.flatMap(row => layers.get(row) ?? []);
	return {
		created,
		...base,
		rootfs: {type: 'layers', diff_ids: [...base.rootfs.diff_ids, ...made]},
		history: [
			...base.history,
			...rows.map(row => ({
				created,
				created_by: row.command,
				comment: 'tsbox',
				...(!layers.has(row) && {empty_layer: true}),
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
