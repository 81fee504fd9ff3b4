import type {RunEvent} from '../execute/event.ts';
import {startReportOf} from '../execute/start-report-of.ts';
import type {StartReport} from '../state/start-report.ts';
import {stepCommand} from '../step/verbs/command.ts';
import type {Plan, Step} from '../step/verbs/step.ts';
import type {RunStep} from './run-record.ts';

/** Characters kept of a step's output. */
const keptOutput = 16 * 1024;

/** The steps of a plan with their results, from the events of a run and its rollback. */
export function runSteps(plan: Plan, events: readonly RunEvent[]): readonly RunStep[] {
	const begun = new Map<string, number>();
	const lasted = new Map<string, number>();
	const said = new Map<string, string>();
	// Cleaning up after a container that ran is routine. Steps show the start only.
	const started = events.findIndex(({type}) => type === 'container.started');
	const told = started === -1 ? events : events.slice(0, started + 1);
	for (const event of told) {
		if (event.type === 'step.started') begun.set(event.id, event.at);
		if (event.type === 'step.done' || event.type === 'step.failed') lasted.set(event.id, event.ms);
		if (event.type === 'step.output')
			said.set(event.id, `${said.get(event.id) ?? ''}${event.text}\n`.slice(-keptOutput));
	}
	const {steps} = startReportOf(plan, told);
	return plan.steps.map(step => ({
		...wordsOf(step, plan),
		status: steps[step.id]?.status ?? null,
		startedAt: begun.get(step.id) ?? null,
		ms: lasted.get(step.id) ?? null,
		output: said.get(step.id) ?? '',
	}));
}

/** The same from a start report, which lacks the start times of steps and the output of successful ones. */
export function reportSteps({plan, steps}: Pick<StartReport, 'plan' | 'steps'>): readonly RunStep[] {
	return plan.steps.map(step => {
		const how = steps[step.id];
		return {
			...wordsOf(step, plan),
			status: how?.status ?? null,
			startedAt: null,
			ms: how !== undefined && 'ms' in how ? how.ms : null,
			output: how?.status === 'failed' ? how.output : '',
		};
	});
}

function wordsOf(step: Step, plan: Plan): Pick<RunStep, 'id' | 'phase' | 'title' | 'command' | 'why'> {
	const {id, phase, title, why} = step;
	return {id, phase, title, command: stepCommand(step, plan), why};
}
