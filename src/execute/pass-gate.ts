import type {Readable} from 'node:stream';
import {isError} from '../errors/is-error.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {RunningProgram} from '../host/host.ts';
import {identify, type ProcessIdentity} from '../host/programs/process.ts';
import {after} from '../host/timer.ts';
import {trace} from '../host/trace.ts';
import type {DropPrivilegesAction} from '../step/verbs/drop-privileges.ts';
import type {ExecAction} from '../step/verbs/exec.ts';
import {askReady} from '../step/script/gate-script.ts';
import {gatheringPid, skipAnswer} from '../step/script/init-script.ts';
import {besideSteps} from '../step/script/beside.ts';
import {isCheckedAtGate, lastInside, type Plan, type Step, type StepBeside} from '../step/verbs/step.ts';
import {problemOf, processView, type ReadBack} from './check.ts';
import {commandEnd} from './command-end.ts';
import {type ExecuteContext, isQuiet, type StartedContainer} from './execute-context.ts';
import {type Gate, handIn, pipeGate} from './gate.ts';
import type {CommandTrouble} from './command-trouble.ts';
import {heldStep} from './held-step.ts';
import {doBesideStep} from './host-step.ts';
import {orAborted} from './or-aborted.ts';
import {checkFailure, gateRefusal, startFailure} from './start-failure.ts';
import {type StatusLine, statusLines} from './status-pipe.ts';
import type {StepTeller} from './step-teller.ts';

/** How long an aborted start waits for the container side to get from the gate to its exec, ms. */
const longestExec = 2000;

/** The state of one start at the gate: its inputs, and what the container side has reported so far. */
interface GateSession {
	readonly plan: Plan;
	readonly context: ExecuteContext;
	readonly tell: StepTeller;
	readonly gate: Gate;
	readonly exec: Step;
	readonly isQuiet: boolean;
	/** The process that was started, which the journal has; 0 if it could not be started. */
	readonly launched: number;
	command: ExecAction;
	/** Undefined for a container that keeps all privileges. */
	readonly drop: DropPrivilegesAction | undefined;
	/** The last step of the container side; undefined if its start is all that it does. */
	readonly last: Step | undefined;
	/** The beside steps, by the id of the inside step that follows them. */
	readonly beside: ReadonlyMap<string, readonly StepBeside[]>;
	/** The beside step in progress. A rollback begins after it. */
	besideNow: Promise<void> | undefined;
	readonly values: Map<string, string>;
	/** Ids of the steps that were left out. */
	readonly skipped: Set<string>;
	ids: ReadBack['ids'];
	home: string | undefined;
	first: ProcessIdentity | undefined;
	refusal: StatusLine | undefined;
	/** Files that the command may resolve to and that cannot be run. */
	troubles: readonly CommandTrouble[];
	/** The command was written to the gate and may run. */
	handedIn: boolean;
	opened: boolean;
	traced: Promise<void> | undefined;
	/** The promise of `onProcess`. The command runs after it. */
	readied: Promise<void> | undefined;
}

function gateSessionOf(
	plan: Plan,
	context: ExecuteContext,
	tell: StepTeller,
	gate: Gate,
	launched: number,
): GateSession {
	const exec = plan.steps.findLast(step => step.action.kind === 'exec');
	const drop = plan.steps.flatMap(({action}) => (action.kind === 'dropPrivileges' ? [action] : []))[0];
	if (exec?.action.kind !== 'exec') throw new TypeError('the plan runs nothing');
	return {
		plan,
		context,
		tell,
		gate,
		exec,
		isQuiet: isQuiet(plan, context),
		launched,
		command: exec.action,
		drop,
		last: lastInside(plan.steps),
		beside: besideSteps(plan.steps),
		besideNow: undefined,
		values: new Map(),
		skipped: new Set(),
		ids: undefined,
		home: undefined,
		first: undefined,
		refusal: undefined,
		troubles: [],
		handedIn: false,
		opened: false,
		traced: undefined,
		readied: undefined,
	};
}

/**
 * Follows the container side to the gate, makes all checks, and opens the gate.
 *
 * @param took - how long the start has taken, ms
 * @throws TsboxError of the step that failed, E_CHECK_FAILED, or the reason why the command cannot be run; the signal's
 * reason if the context's signal aborts.
 */
export async function passGate(
	plan: Plan,
	context: ExecuteContext,
	program: RunningProgram,
	tell: StepTeller,
	took: () => number,
): Promise<StartedContainer> {
	const {host, signal} = context;
	const gate = (context.gate ?? pipeGate).open(program);
	const {status, answers} = gate;
	// A write to a container that has just died must not end tsbox. The status pipe reports what happened.
	answers.on('error', () => {});
	const session = gateSessionOf(plan, context, tell, gate, program.pid);
	if (session.isQuiet) answers.write(askReady);
	const {given, letGo} = givenUp(session, signal, status);
	const first = await orAborted(follow(session, program, status), given).finally(letGo);
	tell.done();
	answers.end();
	context.emit({type: 'container.started', at: host.now(), name: plan.name, pid: first.pid, ms: took()});
	return {process: first, ended: commandEnd(program, status)};
}

/**
 * Gives the start up when the signal aborts. Nothing waits for the container side, because the rollback kills it. A
 * command that was handed in may already run. Then the start gets {@link longestExec} to complete, so that the caller
 * can stop the container normally.
 */
function givenUp(session: GateSession, signal: AbortSignal, status: Readable) {
	const giveUp = new AbortController();
	let callOff = (): void => {};
	const stop = (): void => {
		giveUp.abort(signal.reason);
		status.destroy();
	};
	const stopAfterStep = (): void => {
		if (session.besideNow === undefined) stop();
		else void session.besideNow.catch(() => {}).then(stop);
	};
	const onAbort = (): void => {
		if (session.handedIn) callOff = after(longestExec, stop);
		else stopAfterStep();
	};
	if (signal.aborted) onAbort();
	else signal.addEventListener('abort', onAbort, {once: true});
	const letGo = (): void => {
		callOff();
		signal.removeEventListener('abort', onAbort);
	};
	return {given: giveUp.signal, letGo};
}

/**
 * Follows the status pipe until the gate is open.
 *
 * @throws what {@link passGate} throws.
 */
async function follow(session: GateSession, program: RunningProgram, status: Readable): Promise<ProcessIdentity> {
	for await (const line of statusLines(status)) {
		await onStatusLine(line, session);
		if (session.opened && session.first !== undefined) return session.first;
	}
	throw await whyNot(session, program);
}

/**
 * Handles one line of the status pipe, and answers at the gate if the line asks for an answer. A step lasts from its
 * line to the next one. So this function awaits only what the container side waits for too, and each line is read as
 * soon as it is written. The container side cannot measure time itself: its clock would be /proc/uptime, which has a
 * resolution of 10 ms and is a path that the container controls.
 */
async function onStatusLine(line: StatusLine, session: GateSession): Promise<void> {
	switch (line.kind) {
		case 'pid':
			onPid(line.pid, session);
			return;
		case 'begin':
			return beginStep(line.id, session);
		case 'value':
			session.values.set(line.path, line.value);
			session.context.onValue?.(line.path, line.value);
			return;
		case 'ids':
			session.home = line.home;
			session.ids = line;
			return;
		case 'text':
			session.tell.said(line.text);
			return;
		case 'ready':
			return openGate(session);
		case 'exec':
			session.opened = true;
			return;
		case 'directory':
		case 'notfound':
		case 'notexecutable':
		case 'unrunnable':
		case 'hook':
			session.refusal = line;
			return;
		case 'fail':
	}
}

function onPid(pid: number, session: GateSession): void {
	const {context} = session;
	session.first = identify(context.host, pid);
	if (session.first === undefined) return;
	if (pid !== session.launched) context.journal.started(session.first);
	session.readied = context.onProcess(session.first);
	session.readied.catch(() => {});
	if (session.last === undefined && !session.isQuiet) session.gate.answers.write(askReady);
}

async function beginStep(id: string, session: GateSession): Promise<void> {
	const {context, tell, gate, drop, last, first} = session;
	const step = tell.find(id);
	if (step === undefined) return;
	const isHeld = context.hold !== undefined || session.beside.has(id);
	await doBeside(id, session);
	const isSkipped = (await askHold(step, session)) === 'skip';
	context.signal.throwIfAborted();
	if (isSkipped) skip(step, session);
	else tell.begin(step);
	if (isHeld) gate.answers.write(isSkipped ? `${skipAnswer}\n` : '\n');
	if (step !== last || session.isQuiet) return;
	if (drop?.filter?.listen === true && first !== undefined) session.traced = context.trace?.(first);
	gate.answers.write(askReady);
}

/** Waits for the decision about a step, after the step before it was told done. */
async function askHold(step: Step, session: GateSession): Promise<'do' | 'skip'> {
	const {plan, context, tell} = session;
	tell.done();
	const view = {host: context.host, facts: context.facts, first: () => firstPid(session), told: () => toldBy(session)};
	return (await context.hold?.(heldStep(step, plan, view))) ?? 'do';
}

/** The first process, or before it the one that prepares its mounts as root of the host. */
function firstPid({first, values}: GateSession): number | undefined {
	const gathering = values.get(gatheringPid);
	return first?.pid ?? (gathering === undefined ? undefined : Number(gathering));
}

/** Leaves a step out; its checks are not made. */
function skip(step: Step, {tell, skipped}: GateSession): void {
	skipped.add(step.id);
	tell.skipped(step);
}

function toldBy({values, ids, drop}: GateSession): ReadBack {
	return {values, ids: ids ?? drop?.ids ?? undefined};
}

/** Does the beside steps that come before an inside step, while the first process waits. */
async function doBeside(id: string, session: GateSession): Promise<void> {
	const {plan, context, tell, first} = session;
	for (const step of session.beside.get(id) ?? []) {
		if (first === undefined) throw new TypeError(`${step.id} has no first process to be beside of`);
		const answer = await askHold(step, session);
		context.signal.throwIfAborted();
		if (answer === 'skip') {
			skip(step, session);
			continue;
		}
		tell.begin(step);
		// A listener of the event `step.started` may abort the start.
		context.signal.throwIfAborted();
		session.besideNow = doBesideStep(step, plan, context, first.pid);
		await session.besideNow;
		session.besideNow = undefined;
		context.signal.throwIfAborted();
	}
}

/** Makes all checks, and only then hands in the command. */
async function openGate(session: GateSession): Promise<void> {
	const {context, tell, exec, first} = session;
	if (first === undefined) return;
	await doBeside(exec.id, session);
	const told = toldBy(session);
	guardProcRead(exec, () => checkInside(session, first, told));
	trace('gate', () => `all checks of ${first.pid} hold`);
	context.signal.throwIfAborted();
	await askHold(exec, session);
	tell.begin(exec);
	await session.traced;
	await session.readied;
	context.signal.throwIfAborted();
	guardProcRead(exec, () => context.onChecked(first, told.ids ?? {uid: 0, gid: 0, groups: [0]}));
	if (context.atGate !== undefined) session.command = await context.atGate(session.command);
	session.command = withHome(session.command, session.home);
	session.handedIn = true;
	trace('gate', () => `opened: ${session.command.args.join(' ')}`);
	session.troubles = handIn(session.gate, session.command, context.host, context.facts, first.pid);
}

/**
 * Turns a failed read of /proc/PID into E_STEP_FAILED. A process that is killed meanwhile causes various errors, among
 * them EACCES: proc_pid_ns(5), ptrace(2).
 */
function guardProcRead(step: Step, look: () => void): void {
	try {
		look();
	} catch (error) {
		if (!(isError(error) && 'path' in error && String(error.path).startsWith('/proc/'))) throw error;
		throw new TsboxError('E_STEP_FAILED', 'the container could not be looked at', {
			step: step.title,
			output: error.message,
			why: 'its process was killed meanwhile',
			hint: 'try again',
			cause: error,
		});
	}
}

function checkInside({plan, context: {host}, skipped}: GateSession, first: ProcessIdentity, told: ReadBack): void {
	const view = processView(host, first.pid);
	for (const step of plan.steps) {
		if (!isCheckedAtGate(step) || skipped.has(step.id)) continue;
		for (const check of step.checks) {
			const problem = problemOf(check, host, view, told);
			if (problem !== undefined) throw checkFailure(step, plan, problem);
		}
	}
}

function withHome(exec: ExecAction, home: string | undefined): ExecAction {
	return home === undefined || exec.env.some(each => each.startsWith('HOME='))
		? exec
		: {...exec, env: [...exec.env, `HOME=${home}`]};
}

/** The error that says why the command did not run, once its process has ended. */
async function whyNot(
	{plan, tell, exec, command, refusal, troubles}: GateSession,
	program: RunningProgram,
): Promise<Error> {
	const ended = await program.ended;
	return refusal === undefined
		? startFailure(tell.step() ?? exec, plan, tell.output(), ended.startError, ended)
		: gateRefusal(refusal, command, exec.title, troubles);
}
