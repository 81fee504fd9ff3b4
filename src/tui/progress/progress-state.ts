import type {RunEvent, StepWords} from '../../execute/event.ts';
import type {LayerProgress} from '../../image/pull/pull.ts';

/** Progress of a step. Each status has only its own data. */
export type StepState =
	| {readonly status: 'waiting'}
	| {readonly status: 'running'; readonly since: number; readonly unpack?: Unpack}
	| {readonly status: 'done'; readonly ms: number}
	| {readonly status: 'failed'; readonly ms: number; readonly message: string}
	| {readonly status: 'undone'}
	| {readonly status: 'skipped'};

/** Progress of an unpack: bytes read of the archive, its size, entries written, and the time in ms since the epoch. */
export interface Unpack {
	readonly done: number;
	readonly total: number;
	readonly entries: number;
	readonly at: number;
	/** Of a pull: how far each layer is, the base first. */
	readonly layers?: readonly LayerProgress[] | undefined;
}

/** A step, its progress, and the output of its tool. */
export interface ShownStep extends StepWords {
	readonly state: StepState;
	readonly output: string;
}

/** Everything that the progress view draws. */
export interface ProgressState {
	readonly name: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly steps: readonly ShownStep[];
	/** The archive that is being read before the plan exists. */
	readonly reading?: {readonly archive: string; readonly done: number; readonly total: number};
	readonly warnings: readonly string[];
	/** Outcome of the start: the container runs, or the start failed and is being rolled back. */
	readonly outcome: 'starting' | 'started' | 'failed';
}

/** The state before the first event. */
export const noProgress: ProgressState = {name: '', startedAt: 0, steps: [], warnings: [], outcome: 'starting'};

/** The state after one more event. */
export function reduceProgress(state: ProgressState, event: RunEvent): ProgressState {
	switch (event.type) {
		case 'image.reading':
			return {...state, reading: event};
		case 'plan.started': {
			const steps = event.steps.map(step => ({...step, state: {status: 'waiting'} as const, output: ''}));
			return {...noProgress, name: event.name, startedAt: event.at, steps};
		}
		case 'step.started':
			return withStep(state, event.id, {state: {status: 'running', since: event.at}});
		case 'step.progress':
			return withStep(state, event.id, {state: unpacking(state, event)});
		case 'step.output':
			return withStep(state, event.id, {output: outputOf(state, event.id) + event.text});
		case 'step.done':
			return withStep(state, event.id, {state: {status: 'done', ms: event.ms}});
		case 'step.failed': {
			const failed = {status: 'failed', ms: event.ms, message: event.message} as const;
			return {...withStep(state, event.id, {state: failed}), outcome: 'failed'};
		}
		case 'step.undone':
			return withStep(state, event.id, {state: {status: 'undone'}});
		case 'step.skipped':
			return withStep(state, event.id, {state: {status: 'skipped'}});
		case 'warning':
			return {...state, warnings: [...state.warnings, event.text]};
		case 'container.started':
			return {...state, outcome: 'started'};
		case 'container.stopping':
		case 'container.oom':
		case 'container.refused':
		case 'network.refused':
		case 'container.exited':
		case 'run.recorded':
		case 'run.completed':
			return state;
	}
}

function unpacking(state: ProgressState, event: Extract<RunEvent, {readonly type: 'step.progress'}>): StepState {
	const {done, total, entries, at, layers} = event;
	const before = state.steps.find(step => step.id === event.id)?.state;
	return {
		status: 'running',
		since: before?.status === 'running' ? before.since : at,
		unpack: {done, total, entries, at, layers},
	};
}

function outputOf(state: ProgressState, id: string): string {
	return state.steps.find(step => step.id === id)?.output ?? '';
}

function withStep(state: ProgressState, id: string, change: Partial<ShownStep>): ProgressState {
	return {...state, steps: state.steps.map(step => (step.id === id ? {...step, ...change} : step))};
}
