import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {namespaceFiles} from '../host/probe/namespaces.ts';
import {bootId, identify, type ProcessIdentity, signalProcess} from '../host/process.ts';
import {type Attachment, attach} from '../run/attach.ts';
import {hintCgroupMove} from '../run/cgroup-hint.ts';
import {execute} from '../run/execute.ts';
import type {StartedContainer} from '../run/execute-context.ts';
import {openJournal} from '../run/journal.ts';
import {memoryCount} from '../run/memory.ts';
import {rollBack} from '../run/rollback.ts';
import {killCgroup} from '../run/undo.ts';
import {claimName, nameInUse, releaseName} from '../state/claim.ts';
import {type ContainerRecord, containerFolder, writeRecord} from '../state/record.ts';
import type {Tracer} from '../run/trace-seccomp.ts';
import type {CgroupKill} from '../step/action.ts';
import type {CgroupMember} from '../step/cgroup-member.ts';
import {exitCodeOf, signalNumbers} from './exit-code.ts';
import {gcIfNeeded} from './gc.ts';
import {planContainer} from './plan-container.ts';
import {cgroupsOf, recordFacts} from './record-facts.ts';
import type {CommandEnd, Machine, PlannedContainer, UpRequest} from './types.ts';

function newRecord({host}: Machine, planned: PlannedContainer): ContainerRecord {
	const owner = identify(host, process.pid);
	if (owner === undefined) throw new TsboxError('E_STATE', '/proc/self/stat can not be read', {hint: 'mount /proc'});
	return {...recordFacts(planned), owner, bootId: bootId(host), created: host.now(), process: null};
}

/** Stops a running command: its signal first, then after the grace period, or at once when forced, everything it is. */
function stopOnAbort(
	machine: Machine,
	record: ContainerRecord,
	started: StartedContainer,
	kill: CgroupKill,
	request: UpRequest,
): () => void {
	const {host} = machine;
	let timer: NodeJS.Timeout | undefined;
	const end = (): void => {
		killCgroup(host, kill);
		signalProcess(host, started.process, 'SIGKILL');
	};
	const stop = (): void => {
		const told = String(request.signal.reason);
		// `up` stops the container in its own way; `run` stands for the command and hands the signal on.
		const signal = (request.verb === 'run' && told in signalNumbers ? told : record.stopSignal) as NodeJS.Signals;
		request.emit({type: 'container.stopping', at: host.now(), name: record.name, signal});
		signalProcess(host, started.process, signal);
		timer = setTimeout(end, record.stopGraceMs);
	};
	if (request.signal.aborted) stop();
	else request.signal.addEventListener('abort', stop, {once: true});
	request.force.addEventListener('abort', end, {once: true});
	return () => {
		clearTimeout(timer);
		request.signal.removeEventListener('abort', stop);
		request.force.removeEventListener('abort', end);
	};
}

/** The namespaces of the first process, by kind: `mnt:[4026532200]`; exec compares them before it lets anything in. */
function namespaceIds(machine: Machine, process: ProcessIdentity): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(namespaceFiles).map(([kind, file]) => [
			kind,
			machine.host.readlink(`/proc/${process.pid}/ns/${file}`) ?? '',
		]),
	);
}

function claim(machine: Machine, record: ContainerRecord): boolean {
	return claimName(machine.host, machine.dirs.state, record);
}

/** A start that the kernel killed for memory failed for that reason, whatever the step says. */
function startError(machine: Machine, error: unknown, members: readonly CgroupMember[]): unknown {
	const memory = memoryCount(machine.host, members);
	if (memory === undefined || memory.oomKills === 0 || !isTsboxError(error)) return error;
	return new TsboxError('E_START_OOM', `the container can't start in ${mebibytes(memory.limit)} of memory`, {
		...(error.step === undefined ? {} : {step: error.step}),
		output: `killed by the memory limit of ${mebibytes(memory.limit)} (peak ${mebibytes(memory.peak)})`,
		why: 'setting it up needs about 4 MiB inside its own limit',
		hint: 'raise `mem_limit`',
		cause: error,
	});
}

/** The compiled seccomp filter of a plan, base64. */
function filterOf(plan: PlannedContainer['plan']): string {
	return plan.steps.flatMap(({action}) => (action.kind === 'openFilter' ? [action.filter] : []))[0] ?? '';
}

function mebibytes(bytes: number): string {
	return `${Number((bytes / 1048576).toFixed(1))} MiB`;
}

/**
 * Starts one container, stays with it until its command ends, and leaves nothing behind.
 *
 * @throws TsboxError when it did not start; what had been done was rolled back.
 */
export async function up(machine: Machine, request: UpRequest): Promise<CommandEnd> {
	const {host, dirs, facts} = machine;
	const planned = await planContainer(machine, request, {tty: request.tty, signal: request.signal});
	if (facts.user.uid !== 0 && !planned.service.namespaces.includes('user')) {
		throw new TsboxError('E_PERMISSION', 'only root can start a container that has no mounts of its own', {
			why: 'an ordinary user has powers in a user namespace alone, and there only over mounts made in it',
			hint: 'run it with sudo, or add `mount` to `namespaces`',
		});
	}
	const {plan, service} = planned;
	const {members, kill} = cgroupsOf(plan);
	const record = newRecord(machine, planned);
	await gcIfNeeded(machine, request.emit);
	if (request.traceSeccomp === true && filterOf(plan) === '')
		request.emit({type: 'warning', at: host.now(), text: 'there is no seccomp filter to trace: the spec goes without'});
	hintCgroupMove(host, members);
	if (!claim(machine, record)) throw nameInUse(service.name);
	const conf = containerFolder(dirs.state, service.name);
	let attachment: Attachment | undefined;
	let tracer: Tracer | undefined;
	const trace = async (process: ProcessIdentity): Promise<void> => {
		const {traceSeccomp} = await import('../run/trace-seccomp.ts');
		const filter = Buffer.from(filterOf(plan), 'base64');
		tracer = traceSeccomp({host, facts, emit: request.emit, name: record.name, filter}, process);
		await tracer.attached;
	};
	let ok = false;
	try {
		attachment = attach(host, facts, request.stdio, request.tty, conf);
		const started = await start(machine, request, planned, record, attachment, members, trace);
		const letGo = stopOnAbort(machine, record, started, kill, request);
		attachment.connect();
		const ended = await started.ended;
		letGo();
		// A process that left the container's own pid namespace out, or never had one, may still hold the streams.
		killCgroup(host, kill);
		await attachment.finish();
		const signal = ended.signal ?? null;
		const exitCode = exitCodeOf(ended);
		const memory = memoryCount(host, members);
		if (memory !== undefined && memory.oomKills > 0)
			request.emit({type: 'container.oom', at: host.now(), name: record.name, limit: memory.limit, peak: memory.peak});
		request.emit({type: 'container.exited', at: host.now(), name: record.name, exitCode, signal});
		ok = true;
		return {exitCode, signal};
	} finally {
		await tracer?.stop();
		await attachment?.finish();
		await rollBack(host, facts, conf, request.emit);
		releaseName(host, dirs.state, service.name);
		request.emit({type: 'run.completed', at: host.now(), ok});
	}
}

async function start(
	machine: Machine,
	request: UpRequest,
	{plan, image}: PlannedContainer,
	record: ContainerRecord,
	attachment: Attachment,
	members: readonly CgroupMember[],
	trace: (process: ProcessIdentity) => Promise<void>,
): Promise<StartedContainer> {
	const {host, facts, dirs} = machine;
	const conf = containerFolder(dirs.state, record.name);
	const copiedTools = facts.toolbox.kind === 'copy' ? {toolbox: `${conf}/tools`} : {};
	try {
		return await execute(plan, {
			host,
			facts,
			signal: request.signal,
			emit: request.emit,
			journal: openJournal(host, conf),
			conf,
			launch: attachment.launch,
			onProcess: attachment.onProcess,
			onChecked: (process, ids) =>
				writeRecord(host, conf, {
					...record,
					process: {...process, started: host.now(), namespaceIds: namespaceIds(machine, process), ids},
				}),
			hold: request.hold,
			trace,
			copyMapped: async ({from, to, ids}) => {
				if (ids === undefined) return;
				const {copyMapped} = await import('../image/copy-mapped.ts');
				await copyMapped(
					host,
					facts,
					{from, to, ids},
					{
						signal: request.signal,
						onProgress: (done, total, entries) =>
							request.emit({type: 'step.progress', at: host.now(), id: 'rootfs.copy', done, total, entries}),
						...copiedTools,
					},
				);
			},
			unpack: async () => {
				if (image.kind !== 'archive') return;
				const {unpack} = await import('../image/unpack.ts');
				await unpack(host, facts, dirs.store, image, {
					limits: machine.limits,
					...copiedTools,
					signal: request.signal,
					onProgress: (done, total, entries) =>
						request.emit({type: 'step.progress', at: host.now(), id: 'image.unpack', done, total, entries}),
				});
			},
		});
	} catch (error) {
		throw startError(machine, error, members);
	}
}
