import type {CommandEnd} from '../machine/attachment.ts';
import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import type {PlannedUpRequest, Recorder, UpRequest} from './up-request.ts';
import {isRunning, type ProcessIdentity, signalProcess} from '../../host/programs/process.ts';
import {type Attachment, attach} from '../../execute/attach.ts';
import type {RunEvent} from '../../execute/event.ts';
import {rollBack, rollBackFailed} from '../../execute/rollback.ts';
import {killCgroup} from '../../execute/undo.ts';
import {type MemoryWatch, nothingTold} from '../../kernel/watch-memory.ts';
import {releaseName} from '../../state/claim.ts';
import {noteExit} from '../../state/exited.ts';
import type {Service} from '../../spec/model/project.ts';
import type {Tracer} from '../../execute/trace-seccomp.ts';
import {exitCodeOf, killedStatus} from '../machine/exit-code.ts';
import {keptSteps} from '../machine/kept-steps.ts';
import {gcIfNeeded} from '../recover/gc.ts';
import {ownVolumes, removeOwnVolumes} from '../recover/volumes.ts';
import {hasOwnVolumes} from '../../plan/volumes/plan-volumes.ts';
import {prepareBeside} from '../enter/hooks.ts';
import {planContainer} from '../plan/plan-container.ts';
import {claimContainer} from './claim-container.ts';
import {keepEnded} from './detached.ts';
import {attachOwn, statusLost} from './own-launch.ts';
import {start} from './start.ts';
import {stopByKeys} from './stop-by-keys.ts';
import {stopOnAbort} from './stop-on-abort.ts';
import {watchRefusals} from '../networks/watch-refusals.ts';
import {watchKills} from './watch-kills.ts';

/** The compiled seccomp filter of a plan, in base64. */
function filterOf(plan: PlannedContainer['plan']): string {
	return plan.steps.flatMap(({action}) => (action.kind === 'openFilter' ? [action.filter] : []))[0] ?? '';
}

/**
 * Starts a container, waits for the end of its command, and removes the container unless it is to stay (`keepAs`).
 *
 * @throws TsboxError when the container did not start. All steps have been rolled back.
 */
export async function up(machine: Machine, request: UpRequest): Promise<CommandEnd> {
	const {tty, signal, emit} = request;
	const planned = await planContainer(machine, request, {
		tty,
		signal,
		onRead: (archive, done, total) => emit({type: 'image.reading', at: machine.host.now(), archive, done, total}),
	});
	return upPlanned(machine, planned, request);
}

/**
 * Like {@link up}, for a container that is planned already.
 *
 * @param onEnded - called when the command has ended, while the container's files still exist
 * @throws TsboxError when the container did not start. All steps have been rolled back.
 */
export async function upPlanned(
	machine: Machine,
	planned: PlannedContainer,
	asked: PlannedUpRequest,
	onEnded?: () => Promise<void>,
): Promise<CommandEnd> {
	const {host, dirs, facts} = machine;
	let recorder: Recorder | undefined;
	let failure: {readonly error: unknown} | undefined;
	const emit = (event: RunEvent): void => {
		recorder?.emit(event);
		asked.emit(event);
	};
	const request: PlannedUpRequest = {...asked, emit};
	const {plan, service} = planned;
	const keepsAlive = request.keepAlive !== undefined;
	const warn = (text: string): void => request.emit({type: 'warning', at: host.now(), text});
	await gcIfNeeded(machine, request.emit, request.signal);
	if (request.traceSeccomp === true && filterOf(plan) === '') warn('no seccomp filter to trace: the spec turns it off');
	for (const text of withoutSupervisor(request.verb, service)) warn(text);
	const claimed = await claimContainer(machine, planned, {keepsAlive});
	const {record, conf, kill} = claimed;
	// A container of this name that ran in the background may have left its volumes, with what it wrote.
	const older = hasOwnVolumes(plan) ? ownVolumes(machine, [service.name]) : [];
	let attachment: Attachment | undefined;
	let tracer: Tracer | undefined;
	let memory: MemoryWatch | undefined;
	let endRefusals: (() => void) | undefined;
	const trace = async (process: ProcessIdentity): Promise<void> => {
		const {traceSeccomp} = await import('../../execute/trace-seccomp.ts');
		const filter = Buffer.from(filterOf(plan), 'base64');
		tracer = traceSeccomp({host, facts, emit: request.emit, name: record.name, filter}, process);
		await tracer.attached;
	};
	let ended: CommandEnd | undefined;
	try {
		if (request.record ?? service.record ?? false) {
			if (request.recorder === undefined) warn('the run is not recorded: the caller provides no recorder');
			recorder = await request.recorder?.(planned);
		}
		attachment =
			request.launch === undefined
				? attach(host, facts, request.stdio, {
						tty: request.tty,
						terminal: request.terminal,
						conf,
						tap: recorder?.tap,
						limitSeconds: request.keepAlive?.limitSeconds,
					})
				: attachOwn(request.launch, kill);
		endRefusals = watchRefusals(machine, record, refusal =>
			request.emit({type: 'network.refused', at: host.now(), name: record.name, ...refusal}),
		);
		const started = await start(machine, claimed, attachment, {
			...request,
			guard: request.launch?.isLauncher === true ? undefined : {keepsAlive},
			trace,
			afterStep: recorder?.afterStep,
		});
		memory = watchKills(machine, record, started.process, nothingTold, request.emit);
		const byKeys = stopByKeys(machine, record, started, request);
		const letGo = stopOnAbort(machine, record, started, kill, byKeys.request);
		attachment.connect(byKeys.typed);
		const prepared = prepareBeside(machine, service, {
			runs: () => isRunning(host, started.process),
			end: () => {
				killCgroup(host, kill);
				signalProcess(host, started.process, 'SIGKILL');
			},
		});
		const end = await started.ended;
		letGo();
		const unprepared = await prepared();
		// Without its own pid namespace, processes of the container may outlive the first one and hold the streams.
		killCgroup(host, kill);
		await attachment.finish();
		if (end.startError !== undefined) throw statusLost(record.name, end.startError);
		const signal = end.signal ?? null;
		const exitCode = exitCodeOf(end);
		// With a terminal, script(1) reports a signal only as an exit status.
		memory.close(signal === 'SIGKILL' || (request.tty && exitCode === killedStatus));
		request.emit({type: 'container.exited', at: host.now(), name: record.name, exitCode, signal});
		recorder?.ended({exitCode, signal});
		noteExit(host, dirs.state, record, started.process, exitCode);
		if (unprepared !== undefined) throw unprepared;
		await onEnded?.();
		ended = {exitCode, signal};
		return ended;
	} catch (error) {
		failure = {error};
		throw error;
	} finally {
		// Processes that hold the streams of a failed start are killed only below. Waiting for the streams here would hang.
		attachment?.release();
		await tracer?.stop();
		memory?.close(false);
		endRefusals?.();
		const way = [host, facts, conf, request.emit] as const;
		if (ended !== undefined && request.keepAs !== undefined) {
			await rollBack(...way, keptSteps);
			keepEnded(machine, service.name, {...request.keepAs, exit: {code: ended.exitCode, at: host.now()}});
		} else {
			const isTakenBack =
				failure === undefined ? await rollBack(...way).then(() => true) : await rollBackFailed(...way);
			if (isTakenBack && hasOwnVolumes(plan)) await removeOwnVolumes(machine, [service.name], older);
			if (isTakenBack) releaseName(host, dirs.state, service.name);
		}
		recorder?.close(failure);
		request.emit({type: 'run.completed', at: host.now(), ok: ended !== undefined});
	}
}

/** Warnings about keys that only a supervisor handles. `run` gets none: its own command ends once in any case. */
function withoutSupervisor(
	verb: UpRequest['verb'],
	{dependsOn = [], restart, healthcheck, origins}: Service,
): readonly string[] {
	if (verb !== 'up') return [];
	const unheeded = [
		...(dependsOn.length > 0 ? ['depends_on'] : []),
		...(restart === undefined || restart.kind === 'no' ? [] : ['restart']),
		// The check of an image was not asked for.
		...(healthcheck === undefined || origins['healthcheck']?.kind === 'image' ? [] : ['healthcheck']),
	];
	if (unheeded.length === 0) return [];
	return [
		`${unheeded.join(', ')} ${unheeded.length === 1 ? 'is' : 'are'} ignored for a single container in the foreground; use \`tsbox up -d\``,
	];
}
