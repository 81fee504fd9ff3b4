import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import type {RunningProgram} from '../host/host.ts';
import {stepCommand} from '../step/verbs/command.ts';
import type {Plan} from '../step/verbs/step.ts';
import type {ExecuteContext, StartedContainer} from './execute-context.ts';
import {doHostStep} from './host-step.ts';
import {passGate} from './pass-gate.ts';
import {type StepTeller, stepTeller} from './step-teller.ts';

/**
 * Carries out a plan: the steps before one by one, then the container side, which tells each of its steps on the status
 * pipe and waits where the host does a step beside it. It waits at the gate until every check was read back from the
 * kernel. Only then does the command start. The caller rolls back from the journal when this throws.
 *
 * @throws TsboxError of the step that failed.
 */
export async function execute(plan: Plan, asked: ExecuteContext): Promise<StartedContainer> {
	const {host, signal} = asked;
	const {hold, waited} = timedHold(asked);
	const context = {...asked, hold};
	const tell = stepTeller(plan, context.emit, () => host.now());
	const begun = host.now();
	announce(plan, context, begun);
	try {
		const program = await doHostSide(plan, context, tell);
		return await passGate(plan, context, program, tell, () => host.now() - begun - waited());
	} catch (error) {
		if (signal.aborted) throw new TsboxError('E_INTERRUPTED', 'the start was interrupted', {cause: signal.reason});
		// Whoever was asked for a step and does not want it stops the start: the step was not begun.
		if (isTsboxError(error) && error.code !== 'E_INTERRUPTED')
			tell.failed(
				error.message,
				plan.steps.find(step => step.title === error.step),
			);
		throw error;
	}
}

/** Holds a start back as it is asked to, and counts for how long, ms: a reader's time is not the start's. */
function timedHold({host, hold}: ExecuteContext) {
	let waited = 0;
	const timed = async (stepId: string): Promise<void> => {
		const since = host.now();
		await hold?.(stepId);
		waited += host.now() - since;
	};
	return {hold: hold && timed, waited: () => waited};
}

/** Says what will be done, before anything is. */
function announce(plan: Plan, {host, emit}: ExecuteContext, begun: number): void {
	emit({
		type: 'plan.started',
		at: begun,
		name: plan.name,
		steps: plan.steps.map(step => ({
			id: step.id,
			phase: step.phase,
			title: step.title,
			why: step.why,
			command: stepCommand(step, plan),
		})),
	});
	for (const text of plan.warnings) emit({type: 'warning', at: host.now(), text});
}

/** The steps before, of which the last starts the program that does the container side. */
async function doHostSide(plan: Plan, context: ExecuteContext, tell: StepTeller): Promise<RunningProgram> {
	let program: RunningProgram | undefined;
	for (const step of plan.steps) {
		if (step.side !== 'before') break;
		context.signal.throwIfAborted();
		// It has ended by now, and whoever is asked for the next step is to see that.
		tell.done();
		await context.hold?.(step.id);
		tell.begin(step);
		program = (await doHostStep(step, plan, context)) ?? program;
	}
	if (program === undefined) throw new TypeError('the plan starts nothing');
	return program;
}
