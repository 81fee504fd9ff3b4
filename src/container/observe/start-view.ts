import type {StartReport, StepOutcome} from '../../state/start-report.ts';
import type {Check} from '../../step/verbs/check.ts';
import {stepCommand} from '../../step/verbs/command.ts';
import type {Phase} from '../../step/verbs/step.ts';

/** A step of a start as `inspect` shows it. */
interface StepView {
	readonly id: string;
	readonly phase: Phase;
	readonly title: string;
	/** The shell command of the step. */
	readonly command: string;
	readonly object: string | null;
	readonly checks: readonly Check[];
	/** Null for a step that was not reached. */
	readonly status: StepOutcome['status'] | null;
	/** Duration in ms; null when unknown. */
	readonly ms: number | null;
}

/** The report of a start as `inspect` shows it. */
export interface StartView extends Pick<StartReport, 'startedAt' | 'ms' | 'outcome' | 'error'> {
	readonly steps: readonly StepView[];
}

/** Reduces a start report to what a reader of the JSON needs. */
export function startView({plan, steps, startedAt, ms, outcome, error}: StartReport): StartView {
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
				ms: went !== undefined && 'ms' in went ? went.ms : null,
			};
		}),
	};
}
