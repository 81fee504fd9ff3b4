import type {Readable, Writable} from 'node:stream';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import type {RunningProgram} from '../host/host.ts';
import {identify, type ProcessIdentity} from '../host/process.ts';
import type {ExecAction} from '../step/action.ts';
import {stepCommand} from '../step/command.ts';
import {askReady, gateScript} from '../step/gate-script.ts';
import type {Plan, Step} from '../step/step.ts';
import {problemOf, processView, type Told} from './check.ts';
import {checkFailure, gateRefusal, startFailure} from './start-failure.ts';
import type {EventSink} from './event.ts';
import {doHostAction, type HostActionContext} from './host-action.ts';
import type {Journal} from './journal.ts';
import {writeLaunchFiles} from './launch-files.ts';
import {stepTeller} from './step-teller.ts';
import {saysKilled, type StatusLine, statusLines} from './status-pipe.ts';

/** What carrying a plan out needs. */
export interface ExecuteContext extends HostActionContext {
	readonly journal: Journal;
	readonly emit: EventSink;
	/** The container's state folder. */
	readonly conf: string;
	/** Starts launch.sh; descriptors 3 and 4 are the status pipe and the gate. */
	readonly launch: (argv: readonly string[]) => Promise<RunningProgram>;
	/** Called when the first process is known, before its namespaces are filled: gives a pty its size. */
	readonly onProcess: (process: ProcessIdentity) => Promise<void>;
	/** Called before a filter with a listener is loaded: answers for it. Settles when it does; without, nothing is traced. */
	readonly trace?: ((process: ProcessIdentity) => Promise<void>) | undefined;
	/** Called when every check agreed and before the gate opens: the record is written here. */
	readonly onChecked: (process: ProcessIdentity, ids: NonNullable<Told['ids']>) => void;
	/** Awaited before each step. */
	readonly hold?: ((stepId: string) => Promise<void>) | undefined;
}

/** A container whose command runs. */
export interface StartedContainer {
	readonly process: ProcessIdentity;
	/** Settles when the command has ended; never rejects. */
	readonly ended: RunningProgram['ended'];
}

/** An error of a host step, with the step and its command filled in where the one who threw did not know them. */
function hostFailure(error: unknown, step: Step, plan: Plan): TsboxError {
	if (isTsboxError(error)) {
		return new TsboxError(error.code, error.message, {
			step: error.step ?? step.title,
			command: error.command ?? stepCommand(step, plan),
			...(error.output === undefined ? {} : {output: error.output}),
			...(error.why === undefined ? {} : {why: error.why}),
			...(error.hint === undefined ? {} : {hint: error.hint}),
			cause: error,
		});
	}
	return startFailure(step, plan, error instanceof Error ? error.message : String(error), error);
}

/**
 * Carries out a plan: host steps one by one, then the container side, which tells each of its steps on the status pipe
 * and waits at the gate until every check was read back from the kernel. Only then does the command start. The caller
 * rolls back from the journal when this throws.
 *
 * @throws TsboxError of the step that failed.
 */
export async function execute(plan: Plan, context: ExecuteContext): Promise<StartedContainer> {
	const {host, facts, emit, journal, signal} = context;
	const tell = stepTeller(plan, emit, () => host.now());
	const begun = host.now();
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
	let program: RunningProgram | undefined;
	try {
		for (const step of plan.steps) {
			if (step.side === 'container') break;
			signal.throwIfAborted();
			await context.hold?.(step.id);
			tell.begin(step);
			if (step.undo.kind !== 'none') journal.willDo(step.id, step.undo);
			try {
				if (step.action.kind === 'start') {
					writeLaunchFiles(host, plan, context.conf, facts, context.hold !== undefined);
					for (const inner of plan.steps)
						if (inner.side === 'container' && inner.undo.kind !== 'none') journal.willDo(inner.id, inner.undo);
					program = await context.launch([
						...(facts.tools.sh === null ? ['sh'] : [facts.tools.sh.path]),
						`${context.conf}/launch.sh`,
					]);
					const launched = identify(host, program.pid);
					if (launched !== undefined) journal.started(launched);
				} else {
					await doHostAction(step.action, context);
					for (const check of step.checks) {
						const problem = problemOf(check, host, undefined, {values: new Map(), ids: undefined});
						if (problem !== undefined) throw checkFailure(step, plan, problem);
					}
				}
			} catch (error) {
				throw signal.aborted ? error : hostFailure(error, step, plan);
			}
		}
		if (program === undefined) throw new TypeError('the plan starts nothing');
		return await passGate(plan, context, program, tell, begun);
	} catch (error) {
		if (signal.aborted) throw new TsboxError('E_INTERRUPTED', 'the start was interrupted', {cause: error});
		if (isTsboxError(error))
			tell.failed(
				error.message,
				plan.steps.find(step => step.title === error.step),
			);
		throw error;
	}
}

/** Follows the container side to the gate, checks everything, opens it. */
async function passGate(
	plan: Plan,
	context: ExecuteContext,
	program: RunningProgram,
	tell: ReturnType<typeof stepTeller>,
	begun: number,
): Promise<StartedContainer> {
	const {host, facts, signal} = context;
	const status = program.pipes[3] as Readable;
	const gate = program.pipes[4] as Writable;
	// A write to a container that has just died must not end tsbox; the status pipe tells what happened.
	gate.on('error', () => {});
	const stop = (): void => void status.destroy();
	signal.addEventListener('abort', stop, {once: true});
	const values = new Map<string, string>();
	let ids: Told['ids'];
	let home: string | undefined;
	let first: ProcessIdentity | undefined;
	let refusal: StatusLine | undefined;
	const exec = plan.steps.findLast(step => step.action.kind === 'exec');
	const drop = plan.steps.find(step => step.action.kind === 'dropPrivileges');
	if (exec?.action.kind !== 'exec' || drop?.action.kind !== 'dropPrivileges')
		throw new TypeError('the plan runs nothing');
	const fixed = drop.action.ids;
	let opened = false;
	let traced: Promise<void> | undefined;

	for await (const line of statusLines(status)) {
		switch (line.kind) {
			case 'pid': {
				first = identify(host, line.pid);
				if (first !== undefined) {
					context.journal.started(first);
					await context.onProcess(first);
				}
				break;
			}
			case 'begin': {
				const step = tell.find(line.id);
				if (step === undefined) break;
				await context.hold?.(step.id);
				tell.begin(step);
				if (context.hold !== undefined) gate.write('\n');
				if (step.action === drop.action) {
					if (drop.action.filter?.listen === true && first !== undefined) traced = context.trace?.(first);
					gate.write(askReady);
				}
				break;
			}
			case 'value':
				values.set(line.path, line.value);
				break;
			case 'ids':
				({home} = line);
				ids = line;
				break;
			case 'text':
				tell.said(line.text);
				break;
			case 'ready': {
				if (first === undefined) break;
				const told: Told = {values, ids: ids ?? fixed ?? undefined};
				const view = processView(host, first.pid);
				for (const step of plan.steps) {
					for (const check of step.side === 'container' || step.action.kind === 'start' ? step.checks : []) {
						const problem = problemOf(check, host, view, told);
						if (problem !== undefined) throw checkFailure(step, plan, problem);
					}
				}
				signal.throwIfAborted();
				tell.done();
				await context.hold?.(exec.id);
				tell.begin(exec);
				await traced;
				context.onChecked(first, told.ids ?? {uid: 0, gid: 0, groups: [0]});
				gate.write(gateScript(withHome(exec.action, home), facts));
				break;
			}
			case 'exec':
				opened = true;
				break;
			case 'directory':
			case 'notfound':
			case 'notexecutable':
				refusal = line;
				break;
			case 'fail':
				break;
		}
		if (opened) break;
	}
	signal.removeEventListener('abort', stop);
	signal.throwIfAborted();
	if (!opened || first === undefined) {
		const ended = await program.ended;
		if (refusal !== undefined) throw gateRefusal(refusal, exec.action, exec.title);
		const step = tell.step() ?? exec;
		throw startFailure(step, plan, tell.output(), ended.startError, ended);
	}
	tell.done();
	gate.end();
	context.emit({type: 'container.started', at: host.now(), name: plan.name, pid: first.pid, ms: host.now() - begun});
	return {process: first, ended: trueEnd(program, status)};
}

/** How the command ended, past what unshare(1) makes of it. */
async function trueEnd(program: RunningProgram, status: Readable): RunningProgram['ended'] {
	let last = '';
	status.on('data', (text: string) => (last = (last + text).slice(-1000)));
	status.on('error', () => {});
	const over = new Promise<void>(resolve => void status.once('close', resolve).once('end', resolve));
	const ended = await program.ended;
	if (ended.exitCode === 1) await over;
	return ended.exitCode === 1 && saysKilled(last) ? {...ended, exitCode: undefined, signal: 'SIGKILL'} : ended;
}

function withHome(exec: ExecAction, home: string | undefined): ExecAction {
	return home === undefined || exec.env.some(each => each.startsWith('HOME='))
		? exec
		: {...exec, env: [...exec.env, `HOME=${home}`]};
}
