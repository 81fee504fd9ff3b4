import {createHash} from 'node:crypto';

/** How a start is made to end. */
export const endings = [
	'Ctrl-C',
	'Ctrl-C twice',
	'Ctrl-D',
	'Ctrl-\\',
	'SIGTERM',
	'SIGHUP',
	'terminal closed',
	'check fails',
	'step fails',
] as const;
export type Ending = (typeof endings)[number];

/** How it is started, on a terminal. */
export const ways = [
	'up',
	'up --step',
	'up -T',
	'up --plain',
	'up of several',
	'run -it',
	'exec -it',
	'up --dash',
] as const;
export type Way = (typeof ways)[number];

/** A step of the plan as `tsbox plan --json` has it, as far as this goes by it. */
export interface PlanStep {
	readonly id: string;
	readonly side: 'host' | 'container';
	readonly action: {readonly kind: string; readonly path?: string; readonly value?: string};
	readonly undo: {readonly kind: string};
	readonly checks: readonly object[];
}

/** The command of the container runs: what comes after the last step. */
export const running = 'running';

/** One try. */
export interface Cell {
	readonly way: Way;
	readonly ending: Ending;
	/** Id of a step, {@link running}, or `enter` of `exec`. */
	readonly step: string;
}

/** Where a start can be held: the steps whose beginning can be seen from outside, and what follows them. */
function stepsOf(way: Way, plan: readonly PlanStep[]): readonly string[] {
	if (way === 'exec -it') return ['enter', running];
	// Held at its prompts, it comes to each; else one that neither writes nor can be undone on the host's side is over at once.
	const seen = plan.filter(
		({side, undo, action}) => way === 'up --step' || side === 'container' || undo.kind !== 'none' || action.path,
	);
	// The last step is what opens the gate, when the container's script has ended: only a prompt comes before it.
	return [...seen.filter(({id}) => way === 'up --step' || id !== 'process.exec').map(({id}) => id), running];
}

/** Why such a cell is not tried; undefined where it is. */
function meaningless({way, ending, step}: Cell, plan: readonly PlanStep[]): string | undefined {
	const {side, action, undo} = plan.find(({id}) => id === step) ?? {};
	if (step === running && ending.endsWith('fails')) return 'all steps were done and all checks made';
	if (ending === 'check fails') {
		if (way === 'exec -it') return 'what exec checks can only differ in another container';
		if (side === 'container') return step === 'process.privileges' ? undefined : 'its checks are made at the gate';
		return Number(action?.value) > 0 ? undefined : 'no number is written that the kernel could show otherwise';
	}
	if (ending === 'step fails' && step === 'process.exec') return 'the gate has no line of the script';
	if (ending === 'step fails' && side === 'host' && undo?.kind === 'none' && action?.path === undefined)
		return 'nothing is written that could be refused';
	return undefined;
}

/** All cells of a way. */
export function cellsOf(way: Way, plan: readonly PlanStep[]): readonly Cell[] {
	return stepsOf(way, plan).flatMap(step =>
		endings.map(ending => ({way, ending, step})).filter(cell => meaningless(cell, plan) === undefined),
	);
}

/**
 * Of all cells always the same few, in which each ending comes with each way and with each step at least once. The choice is
 * by a hash, so that it differs from way to way and never from run to run.
 */
export function coveringCells(cells: readonly Cell[]): readonly Cell[] {
	const rank = (cell: Cell): string => createHash('sha256').update(JSON.stringify(cell)).digest('hex');
	const covered = new Set<string>();
	return cells
		.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
		.filter(({way, ending, step}) => {
			// `exec` has steps of its own, and a project is told apart from one container.
			const pairs = [`${ending} ${way}`, `${ending} ${step}`];
			if (pairs.every(pair => covered.has(pair))) return false;
			for (const pair of pairs) covered.add(pair);
			return true;
		});
}
