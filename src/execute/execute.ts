import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import type {RunningProgram} from '../host/host.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import {stepCommand} from '../step/verbs/command.ts';
import type {Plan} from '../step/verbs/step.ts';
import type {ReadBack} from './check.ts';
import type {ExecuteContext, StartedContainer} from './execute-context.ts';
import {type Hold, heldStep} from './held-step.ts';
import {doHostStep} from './host-step.ts';
import {passGate} from './pass-gate.ts';
import {type StepTeller, stepTeller} from './step-teller.ts';

/**
 * Carries out a plan. The steps on the host come first, one by one. Then the container side runs: it reports each of
 * its steps on the status pipe, and waits while the host does beside steps. At the gate it waits until all checks have
 * passed. Only then does the command start. If this function throws, the caller must roll back from the journal.
 *
 * @throws TsboxError of the step that failed.
 */
export async function execute(plan: Plan, asked: ExecuteContext): Promise<StartedContainer> {
	const {host, signal} = asked;
	const {hold, waited} = timedHold(asked);
	let first: number | undefined;
	const onProcess = async (process: ProcessIdentity): Promise<void> => {
		first = process.pid;
		await asked.onProcess(process);
	};
	const context = {...asked, hold, onProcess};
	const tell = stepTeller(plan, context.emit, () => host.now());
	const begun = host.now();
	announce(plan, context, begun);
	try {
		const program = await doHostSide(plan, context, tell, () => first);
		return await passGate(plan, context, program, tell, () => host.now() - begun - waited());
	} catch (error) {
		if (signal.aborted) throw new TsboxError('E_INTERRUPTED', 'the start was interrupted', {cause: signal.reason});
		// E_INTERRUPTED: the user declined the next step. That step was not begun, so no step has failed.
		if (isTsboxError(error) && error.code !== 'E_INTERRUPTED')
			tell.failed(
				error.message,
				plan.steps.find(step => step.title === error.step),
			);
		throw error;
	}
}

const nothingTold: ReadBack = {values: new Map(), ids: undefined};

/** Wraps `hold` and sums up the time that it waits, ms: a pause of the user is not part of the start. */
function timedHold({host, hold}: ExecuteContext) {
	let waited = 0;
	const timed: Hold = async held => {
		const since = host.now();
		const answer = (await hold?.(held)) ?? 'do';
		waited += host.now() - since;
		return held.skipping.can ? answer : 'do';
	};
	return {hold: hold && timed, waited: () => waited};
}

/** Emits the plan and its warnings before the first step. */
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
			// Made for who shows it: an engine, for one, does not.
			get command() {
				return stepCommand(step, plan);
			},
		})),
	});
	for (const text of plan.warnings) emit({type: 'warning', at: host.now(), text});
}

/** Does the steps on the host. The last one starts the program of the container side. */
async function doHostSide(
	plan: Plan,
	context: ExecuteContext,
	tell: StepTeller,
	first: () => number | undefined,
): Promise<RunningProgram> {
	let program: RunningProgram | undefined;
	for (const step of plan.steps) {
		if (step.side !== 'before') break;
		context.signal.throwIfAborted();
		// The previous step must show as done while `hold` waits.
		tell.done();
		const answer = await context.hold?.(heldStep(step, plan, {...context, first, told: () => nothingTold}));
		if (answer === 'skip') {
			tell.skipped(step);
			continue;
		}
		tell.begin(step);
		program = (await doHostStep(step, plan, context)) ?? program;
	}
	if (program === undefined) throw new TypeError('the plan starts nothing');
	return program;
}
