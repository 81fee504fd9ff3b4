import {trace} from '../host/trace.ts';
import {stepCommand} from '../step/verbs/command.ts';
import {publishedSides} from '../step/verbs/published-plan.ts';
import type {Plan, Step} from '../step/verbs/step.ts';
import type {EventSink} from './event.ts';

/** Emits the events of the steps, and remembers the current step. */
export function stepTeller(plan: Plan, emit: EventSink, now: () => number) {
	let current: {readonly step: Step; readonly since: number} | undefined;
	let output = '';
	const done = (): void => {
		const step = current?.step;
		if (step !== undefined) trace('steps', () => `done ${step.id}`);
		if (current !== undefined) emit({type: 'step.done', at: now(), id: current.step.id, ms: now() - current.since});
		current = undefined;
	};
	return {
		begin(step: Step): void {
			done();
			current = {step, since: now()};
			output = '';
			trace('steps', () => `begin ${step.id} (${publishedSides[step.side]}): ${stepCommand(step, plan)}`);
			emit({type: 'step.started', at: now(), id: step.id});
		},
		done,
		said(text: string): void {
			output += `${text}\n`;
			if (current !== undefined) emit({type: 'step.output', at: now(), id: current.step.id, text});
		},
		skipped(step: Step): void {
			done();
			emit({type: 'step.skipped', at: now(), id: step.id});
		},
		failed(message: string, step: Step | undefined = current?.step): void {
			trace('steps', () => `failed ${step?.id}: ${message}`);
			if (step !== undefined)
				emit({
					type: 'step.failed',
					at: now(),
					id: step.id,
					ms: current === undefined ? 0 : now() - current.since,
					message,
				});
			current = undefined;
		},
		step: (): Step | undefined => current?.step,
		output: (): string => output.trim(),
		find: (id: string): Step | undefined => plan.steps.find(step => step.id === id),
	};
}

/** The result of {@link stepTeller}. */
export type StepTeller = ReturnType<typeof stepTeller>;
