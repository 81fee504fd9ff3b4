import {messageOf} from '../errors/is-error.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import type {RunningProgram} from '../host/host.ts';
import {identify} from '../host/programs/process.ts';
import {shellWord} from '../spec/syntax/shell-words.ts';
import {callRows} from '../step/calls/call-rows.ts';
import type {CgroupKill} from '../step/verbs/cgroups.ts';
import {stepCommand} from '../step/verbs/command.ts';
import type {Plan, Step, StepBefore, StepBeside} from '../step/verbs/step.ts';
import {problemOf} from './check.ts';
import {type ExecuteContext, isQuiet} from './execute-context.ts';
import {doHostAction} from './host-action.ts';
import {writeLaunchFiles} from './launch-files.ts';
import {checkFailure, startFailure} from './start-failure.ts';

/**
 * Does one step on the host. The journal gets its undo first.
 *
 * @returns the program of the container side, if this step starts it
 * @throws TsboxError with the step and its command; the original error if the context's signal has aborted.
 */
export async function doHostStep(
	step: StepBefore,
	plan: Plan,
	context: ExecuteContext,
): Promise<RunningProgram | undefined> {
	const {action, undo} = step;
	return await attempt(step, plan, context, async () => {
		if (action.kind === 'start')
			return await startProgram(plan, undo.kind === 'stop' ? undo.kill : {kind: 'none'}, context);
		await doHostAction(action, context);
		checkNow(step, plan, context);
		return undefined;
	});
}

/**
 * Does one beside step while the first process waits. Throws as {@link doHostStep} does.
 *
 * @param pid - the first process
 */
export async function doBesideStep(step: StepBeside, plan: Plan, context: ExecuteContext, pid: number): Promise<void> {
	await attempt(step, plan, context, () => doHostAction(step.action, {...context, pid}));
}

async function attempt<T>(step: Step, plan: Plan, context: ExecuteContext, work: () => Promise<T>): Promise<T> {
	if (step.undo.kind !== 'none') context.journal.willDo(step.id, step.undo);
	try {
		return await work();
	} catch (error) {
		throw context.signal.aborted ? error : hostFailure(error, step, plan);
	}
}

/** Starts the container side. It does all its steps by itself, so the journal gets all their undos first. */
async function startProgram(plan: Plan, kill: CgroupKill, context: ExecuteContext): Promise<RunningProgram> {
	const {host, facts, journal, conf, hold} = context;
	const guard = context.guard && {...context.guard, kill};
	const options = {hold: hold !== undefined, guard, quiet: isQuiet(plan, context)};
	const launchCalls = plan.executor === 'calls' ? context.launchCalls : undefined;
	const words = writeLaunchFiles(host, plan, conf, facts, options, launchCalls !== undefined, context.moreCalls);
	for (const inner of plan.steps)
		if (inner.side === 'inside' && inner.undo.kind !== 'none') journal.willDo(inner.id, inner.undo);
	const program =
		launchCalls === undefined
			? await context.launch(words, context.gate?.ends)
			: await launchCalls(callRows(plan, conf, facts, options));
	const launched = identify(host, program.pid);
	if (launched !== undefined) journal.started(launched);
	return program;
}

function checkNow(step: Step, plan: Plan, {host}: ExecuteContext): void {
	for (const check of step.checks) {
		const problem = problemOf(check, host, undefined, {values: new Map(), ids: undefined});
		if (problem !== undefined) throw checkFailure(step, plan, problem);
	}
}

/** A script of more lines than this is named and not shown in an error: what its command said would be far below. */
const mostLines = 12;

function shownCommand(step: Step, plan: Plan): string {
	const command = stepCommand(step, plan);
	if (step.action.kind !== 'hostScript' || command.split('\n').length <= mostLines) return command;
	return `the script of the step ${step.id}, which \`tsbox plan ${shellWord(plan.spec)}\` shows`;
}

/** An error of a host step, with the step and its command added if they are missing. */
function hostFailure(error: unknown, step: Step, plan: Plan): TsboxError {
	if (isTsboxError(error)) {
		return new TsboxError(error.code, error.message, {
			step: error.step ?? step.title,
			command: error.command ?? shownCommand(step, plan),
			...(error.output === undefined ? {} : {output: error.output}),
			...(error.why === undefined ? {} : {why: error.why}),
			...(error.hint === undefined ? {} : {hint: error.hint}),
			cause: error,
		});
	}
	return startFailure(step, plan, messageOf(error), error);
}
