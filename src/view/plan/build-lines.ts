import type {BuildEvent} from '../../build/execute/build-event.ts';
import type {BuildPlan, BuildRow, StagePlan} from '../../build/plan/build-plan.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration} from '../text/duration.ts';
import {escapeLines, escapeText} from '../text/escape.ts';

/** What the next line of a build depends on. */
export interface BuildProgress {
	readonly plan: BuildPlan | undefined;
	/** The last tenth of an image that was printed. */
	readonly tenth: number;
	readonly lines: string;
}

/** The state before the first event. */
export const noBuildProgress: BuildProgress = {plan: undefined, tenth: 0, lines: ''};

/**
 * Adds an event. `lines` is the text to print for it: one line when a row begins, and one when it has ended; with the service whose image
 * is built, if there is one.
 */
export function buildProgress(progress: BuildProgress, event: BuildEvent, service?: string): BuildProgress {
	const now = {...progress, lines: ''};
	switch (event.type) {
		case 'build.planned':
			return {...now, plan: event.plan};
		case 'build.warning':
			return {...now, lines: `warning: ${escapeText(event.text)}\n`};
		case 'build.fetching':
			return {
				...now,
				lines: `${service === undefined ? '' : `[${escapeText(service)}] `}${escapeText(event.command)}\n`,
			};
		case 'row.started':
			return {...now, tenth: 0, lines: `${labelOf(now.plan, event.row, service)} ${shownCommand(event.row)}\n`};
		case 'row.progress': {
			const tenth = Math.floor((event.done / Math.max(event.total, 1)) * 10);
			if (tenth <= now.tenth) return now;
			const part = `${bytes(event.done)} of ${bytes(event.total)}`;
			return {...now, tenth, lines: `${labelOf(now.plan, event.row, service)} ${tenth * 10}% ${part}\n`};
		}
		case 'row.output':
			return {...now, lines: escapeLines(event.text)};
		case 'row.done':
			return {...now, lines: `${labelOf(now.plan, event.row, service)} ${resultOf(event)}\n`};
	}
}

/** The rows of a build as a table: stage and number, key, command. Settings have no key of their own. */
export function buildTable(plan: BuildPlan): string {
	const rows = plan.stages.flatMap(stage =>
		stage.rows.map(row => [
			labelOf(plan, row),
			row.kind === 'base' || row.inputs !== undefined ? row.cacheKey.slice(0, 12) : '',
			row.kind,
			row.place,
			shownCommand(row),
		]),
	);
	const head = ['STEP', 'KEY', 'KIND', 'LINE', 'COMMAND'];
	const widths = head.map((title, column) =>
		Math.max(title.length, ...rows.map(cells => (cells[column] ?? '').length)),
	);
	const line = (cells: readonly string[]): string =>
		cells
			.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
			.join('  ')
			.trimEnd();
	return [head, ...rows].map(line).join('\n').concat('\n');
}

/** `[build 2/5]`: the stage, and the number of the row among those that do something. */
export function labelOf(plan: BuildPlan | undefined, row: BuildRow, service?: string): string {
	const stage = plan?.stages.find(({index}) => index === row.stage);
	const counted = stage?.rows ?? [];
	const name =
		stage === undefined || (plan?.stages.length === 1 && stage.name === undefined) ? '' : `${nameOf(stage)} `;
	const whose = service === undefined ? '' : `${service} `;
	return `[${escapeText(whose + name)}${counted.indexOf(row) + 1}/${counted.length}]`;
}

function nameOf({name, index}: StagePlan): string {
	return name ?? `stage-${index}`;
}

/** The command in one line, without the rest of a long text. */
export function shownCommand({command, isTrigger}: BuildRow): string {
	const [first = '', ...rest] = command.split('\n');
	const shown = escapeText(first.length > 200 ? `${first.slice(0, 199)}…` : first);
	return `${isTrigger ? 'ONBUILD ' : ''}${shown}${rest.some(line => line !== '') ? ' …' : ''}`;
}

/** How a row ended: `cached`, or how long it took and what it made. */
export function resultOf({row, isCached, bytes: size, ms}: Extract<BuildEvent, {type: 'row.done'}>): string {
	if (isCached) return 'cached';
	if (row.kind === 'base') return `ready in ${duration(ms)}`;
	return `done in ${duration(ms)}, ${size === 0 ? 'no file changed' : bytes(size)}`;
}

/** An event as a line of JSON. A plan names its rows; other events name theirs by stage and number. */
export function buildEventJson(event: BuildEvent, service?: string): string {
	const whose = service === undefined ? {} : {service};
	if (event.type === 'build.planned' || !('row' in event)) return `${JSON.stringify({...event, ...whose})}\n`;
	const {row, ...rest} = event;
	const {stage, place, command, kind, cacheKey} = row;
	return `${JSON.stringify({...rest, ...whose, stage, place, kind, command, cacheKey})}\n`;
}
