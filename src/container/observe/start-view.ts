import type {StartStory, StepOutcome} from '../../state/start-story.ts';
import type {Check} from '../../step/verbs/check.ts';
import {stepCommand} from '../../step/verbs/command.ts';
import type {Phase} from '../../step/verbs/step.ts';

/** A step of a start as `inspect` tells of it. */
interface StepView {
	readonly id: string;
	readonly phase: Phase;
	readonly title: string;
	/** As a shell would take it. */
	readonly command: string;
	readonly object: string | null;
	readonly checks: readonly Check[];
	/** Null where it was not come to. */
	readonly status: StepOutcome['status'] | null;
	/** Null where it is not known. */
	readonly ms: number | null;
}

/** A start as `inspect` tells of it. */
export interface StartView extends Pick<StartStory, 'startedAt' | 'ms' | 'outcome' | 'error'> {
	readonly steps: readonly StepView[];
}

/** A story for JSON: of the plan only what a reader needs. */
export function startView({plan, steps, startedAt, ms, outcome, error}: StartStory): StartView {
	return {
		startedAt,
		ms,
		outcome,
		...(error === undefined ? {} : {error}),
		steps: plan.steps.map(step => {
			const went = steps[step.id];
			return {
				id: step.id,
				phase: step.phase,
				title: step.title,
				command: stepCommand(step, plan),
				object: step.object,
				checks: step.checks,
				status: went?.status ?? null,
				ms: went === undefined || went.status === 'undone' ? null : went.ms,
			};
		}),
	};
}
