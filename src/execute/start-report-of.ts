import {messageOf} from '../errors/is-error.ts';
import {asForeseen} from '../errors/system-failure.ts';
import {isTsboxError} from '../errors/tsbox-error.ts';
import type {StartReport, StepOutcome} from '../state/start-report.ts';
import type {Plan} from '../step/verbs/step.ts';
import type {EventSink, RunEvent} from './event.ts';

/**
 * Passes events on and keeps those that a report needs. The report itself is made later, so that it does not slow down
 * the start.
 */
export function keepEvents(emit: EventSink): {readonly emit: EventSink; readonly kept: readonly RunEvent[]} {
	const kept: RunEvent[] = [];
	return {
		kept,
		emit: event => {
			// The report has the steps in its plan.
			if (event.type === 'plan.started') kept.push({...event, steps: []});
			else if (event.type !== 'step.progress') kept.push(event);
			emit(event);
		},
	};
}

function outcomeAfter(before: StepOutcome | undefined, event: RunEvent, said: string): StepOutcome | undefined {
	if (event.type === 'step.done') return {status: 'done', ms: event.ms};
	if (event.type === 'step.failed')
		return {status: 'failed', ms: event.ms, message: event.message, output: said.trim()};
	if (event.type === 'step.skipped') return {status: 'skipped'};
	// The journal gets an undo before its step is done, so a rollback emits `step.undone` for unreached steps too.
	return event.type === 'step.undone' && before?.status === 'done' ? {status: 'undone'} : before;
}

function stepsAfter(events: readonly RunEvent[]): StartReport['steps'] {
	const steps = new Map<string, StepOutcome>();
	const said = new Map<string, string>();
	for (const event of events) {
		if (!('id' in event)) continue;
		const {id} = event;
		if (event.type === 'step.output') said.set(id, `${said.get(id) ?? ''}${event.text}\n`);
		const outcome = outcomeAfter(steps.get(id), event, said.get(id) ?? '');
		if (outcome !== undefined) steps.set(id, outcome);
	}
	return Object.fromEntries(steps);
}

/** The facts of an error that a report keeps. A bug becomes E_STATE. */
export function errorFacts(thrown: unknown): NonNullable<StartReport['error']> {
	const error = asForeseen(thrown);
	if (!isTsboxError(error)) return {code: 'E_STATE', message: messageOf(error)};
	const {code, message, why, hint, output} = error;
	return {
		code,
		message,
		...(why === undefined ? {} : {why}),
		...(hint === undefined ? {} : {hint}),
		...(output === undefined ? {} : {output}),
	};
}

/**
 * The report of a start, made from its events; for a failed start, from those of its rollback too.
 *
 * @param failure - why the start failed; omitted for a start that succeeded
 */
export function startReportOf(
	plan: Plan,
	events: readonly RunEvent[],
	failure?: {readonly error: unknown},
): StartReport {
	const startedAt = events.find(({type}) => type === 'plan.started')?.at ?? events[0]?.at ?? 0;
	const ended = events.findLast(({type}) => ['container.started', 'step.done', 'step.failed'].includes(type));
	return {
		schema: 1,
		plan,
		startedAt,
		ms: ended?.type === 'container.started' ? ended.ms : Math.max(0, (ended?.at ?? startedAt) - startedAt),
		outcome: failure === undefined ? 'started' : 'failed',
		steps: stepsAfter(events),
		...(failure === undefined ? {} : {error: errorFacts(failure.error)}),
	};
}
