import type {Plan} from '../step/step.ts';

/** How a step of a start went; what is not there was not come to. `ms` is how long it took. */
export type StepOutcome =
	| {readonly status: 'done'; readonly ms: number}
	| {readonly status: 'failed'; readonly ms: number; readonly message: string; readonly output: string}
	| {readonly status: 'undone'};

/** The plan of a container as it was carried out, and how that went. */
export interface StartStory {
	readonly schema: 1;
	readonly plan: Plan;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	/** How long the start took, ms. */
	readonly ms: number;
	readonly outcome: 'started' | 'failed';
	/** By step id. */
	readonly steps: Readonly<Record<string, StepOutcome>>;
	/** Why it failed. */
	readonly error?: {
		readonly code: string;
		readonly message: string;
		readonly why?: string;
		readonly hint?: string;
		readonly output?: string;
	};
}
