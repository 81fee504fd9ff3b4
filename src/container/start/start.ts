import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import type {Attachment} from '../../execute/attach.ts';
import {execute} from '../../execute/execute.ts';
import type {ExecuteContext, StartedContainer} from '../../execute/execute-context.ts';
import {openJournal} from '../../execute/journal.ts';
import {withLock} from '../../execute/lock.ts';
import {keepEvents, startReportOf} from '../../execute/start-report-of.ts';
import {namespaceFiles} from '../../host/probe/namespaces.ts';
import type {ProcessIdentity} from '../../host/programs/process.ts';
import {sealTools, toolboxFolder} from '../../host/programs/sealed-tools.ts';
import {memoryCount} from '../../kernel/memory.ts';
import {cgroupPids} from '../../kernel/processes.ts';
import {cpuTime} from '../../kernel/usage.ts';
import {volumeStepId} from '../../plan/volumes/plan-volumes.ts';
import {bytes as sizeWords} from '../../spec/values/bytes.ts';
import {freezersOf, isFrozen, isToFreeze} from '../../state/freezer.ts';
import {type ContainerRecord, writeRecord} from '../../state/record.ts';
import {writeStartReport} from '../../state/start-report.ts';
import {gatheringPid} from '../../step/script/init-script.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';
import type {Machine} from '../machine/machine.ts';
import type {ClaimedContainer} from './claim-container.ts';
import type {FirstProcess, StepObserver} from './step-snapshots.ts';
import type {UpRequest} from './up-request.ts';
import {writeGiven} from './write-given.ts';

/** The namespaces of the first process by kind: `mnt:[4026532200]`. `exec` compares them before it lets a command in. */
function namespaceIds(machine: Machine, process: ProcessIdentity): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(namespaceFiles).map(([kind, file]) => [
			kind,
			machine.host.readlink(`/proc/${process.pid}/ns/${file}`) ?? '',
		]),
	);
}

/** Blames the memory limit for a start during which the kernel killed a process for memory. */
function startError(machine: Machine, error: unknown, members: readonly CgroupMember[]): unknown {
	const memory = memoryCount(machine.host, members);
	if (memory === undefined || memory.oomKills === 0 || !isTsboxError(error)) return error;
	return new TsboxError('E_START_OOM', `the container cannot start in ${sizeWords(memory.limit)} of memory`, {
		...(error.step === undefined ? {} : {step: error.step}),
		output: `killed by the memory limit of ${sizeWords(memory.limit)} (peak ${sizeWords(memory.peak)})`,
		why: 'the setup takes 1 to 4 MiB within the limit',
		hint: 'raise `mem_limit`',
		cause: error,
	});
}

/**
 * Refuses a cgroup in use by an unknown container. Cgroup names do not depend on the state folder, so its processes belong to a
 * container of another state folder, and taking over the cgroup would kill them with this container. Refuses a frozen one too, in which
 * the first process would never come to its gate. For an engine, both are said in runc's words.
 */
function refuseForeign({host, dirs}: Machine, {name, engine}: ContainerRecord, members: readonly CgroupMember[]): void {
	const there = members.filter(({path}) => host.lstat(path) !== undefined);
	const frozen = freezersOf(host, there).find(each => isToFreeze(host, each) || isFrozen(host, each));
	if (frozen !== undefined)
		throw new TsboxError('E_STATE', "container's cgroup unexpectedly frozen", {
			why: `whatever starts in ${frozen.path} waits until somebody thaws it`,
			hint: `thaw it: \`echo ${frozen.version === 2 ? `0 > ${frozen.path}/cgroup.freeze` : `THAWED > ${frozen.path}/freezer.state`}\``,
		});
	const pids = cgroupPids(host, there) ?? [];
	const [pid] = pids;
	if (pid === undefined) return;
	const message =
		engine === undefined
			? `the cgroup of ${name} is in use`
			: `container's cgroup is not empty: ${pids.length} process(es) found`;
	throw new TsboxError('E_NAME_IN_USE', message, {
		why: `process ${pid} in it belongs to a container of another state folder than ${dirs.state}`,
		hint: 'use another name, or stop that container',
	});
}

/** The file whose value the first process reads back after it has set the host name. */
const hostnameFile = '/proc/sys/kernel/hostname';
/**
 * Puts into the store what a bare container takes from there. Other plans have steps for it; here the steps are only those that
 * make the container, as often as it is started.
 */
async function fillStore({host, facts, dirs}: Machine, unpack: () => Promise<void>): Promise<void> {
	sealTools(host, facts, dirs.store);
	await unpack();
}

/** The part of a start request that {@link start} needs. */
export type StartRequest = Pick<UpRequest, 'emit' | 'signal' | 'hold'> &
	Pick<ExecuteContext, 'atGate' | 'gate' | 'guard' | 'moreCalls' | 'quiet' | 'trace'> & {
		/** Write the start report when the container waits at its gate, since this process ends then. */
		readonly reportsAtGate?: boolean;
		/** Called after each step. The container side then waits before each step. */
		readonly afterStep?: StepObserver | undefined;
	};

/**
 * Executes the plan of a container; every kind of start uses this. Writes the record once all checks have passed, and the
 * start report once the command runs.
 *
 * @throws TsboxError when the start failed; the caller must roll back.
 */
export async function start(
	machine: Machine,
	{planned: {plan, image, service, config}, record, conf, members}: ClaimedContainer,
	attachment: Attachment,
	request: StartRequest,
): Promise<StartedContainer> {
	const {host, facts, dirs} = machine;
	refuseForeign(machine, record, members);
	writeGiven(host, conf, service, config);
	const {afterStep} = request;
	let first: FirstProcess = {pid: undefined, hostname: undefined};
	const {emit, kept} = keepEvents(event => {
		request.emit(event);
		if (event.type === 'step.done') afterStep?.(event.id, first);
	});
	const copiedTools = {toolbox: toolboxFolder(facts, dirs.store)};
	const isStep = service.profile !== 'bare';
	const unpack = async (): Promise<void> => {
		if (image.kind !== 'archive') return;
		const {unpackOnce} = await import('./unpack-once.ts');
		const options = {
			limits: machine.limits,
			...copiedTools,
			signal: request.signal,
			...(isStep
				? {
						onProgress: (done: number, total: number, entries: number): void =>
							emit({type: 'step.progress', at: host.now(), id: 'image.unpack', done, total, entries}),
					}
				: {}),
		};
		await unpackOnce(machine, image, options, text => emit({type: 'warning', at: host.now(), text}));
	};
	const pull = async (): Promise<void> => {
		if (image.kind !== 'image') return;
		const {pullOnce, pullProgress} = await import('./pull-once.ts');
		await pullOnce(machine, image, {
			...copiedTools,
			signal: request.signal,
			onProgress: layers =>
				emit({type: 'step.progress', at: host.now(), id: 'image.pull', ...pullProgress(layers), layers}),
			tell: text => emit({type: 'warning', at: host.now(), text}),
		});
	};
	try {
		if (!isStep) await fillStore(machine, image.kind === 'image' ? pull : unpack);
		const started = await execute(plan, {
			host,
			facts,
			signal: request.signal,
			emit,
			journal: openJournal(host, conf),
			conf,
			launch: attachment.launch,
			launchCalls: attachment.launchCalls,
			quiet: request.quiet,
			onProcess: process => {
				first = {...first, pid: process.pid};
				return attachment.onProcess(process);
			},
			onValue: (path, value) => {
				if (path === hostnameFile) first = {...first, hostname: value};
				if (path === gatheringPid) first = {...first, pid: Number(value)};
			},
			onChecked: (process, ids) =>
				writeRecord(host, conf, {
					...record,
					process: {
						...process,
						started: host.now(),
						namespaceIds: namespaceIds(machine, process),
						ids,
						setupCpuNs: cpuTime(host, members),
					},
				}),
			hold: request.hold ?? (afterStep && (async () => 'do' as const)),
			atGate:
				request.reportsAtGate === true
					? async exec => {
							writeStartReport(host, conf, startReportOf(plan, kept));
							return (await request.atGate?.(exec)) ?? exec;
						}
					: request.atGate,
			gate: request.gate,
			guard: request.guard,
			moreCalls: request.moreCalls,
			trace: request.trace,
			copyMapped: async ({from, to, ids}) => {
				if (ids === undefined) return;
				const {copyMapped} = await import('../../image/unpack/copy-mapped.ts');
				await copyMapped(
					host,
					facts,
					{from, to, ids},
					{
						signal: request.signal,
						onProgress: (done, total, entries) =>
							emit({type: 'step.progress', at: host.now(), id: 'rootfs.copy', done, total, entries}),
						...copiedTools,
					},
				);
			},
			fillVolume: async fill => {
				const {fillVolume, wantsFill} = await import('../../image/volume/fill-volume.ts');
				if (!wantsFill(host, fill.volume)) return;
				const id = `${volumeStepId(fill.volume.slice(fill.volume.lastIndexOf('/') + 1))}.copy`;
				const copy = (): Promise<void> =>
					fillVolume(host, facts, fill, {
						signal: request.signal,
						onProgress: (done, total, entries) =>
							emit({type: 'step.progress', at: host.now(), id, done, total, entries}),
						...copiedTools,
					});
				await withLock(host, facts, `${fill.volume}/lock`, copy, request.signal);
			},
			unpack,
			pull,
		});
		// Write the report after the first output. A container that waited at the gate runs too briefly for anyone to inspect it.
		if (request.atGate === undefined) setImmediate(() => writeStartReport(host, conf, startReportOf(plan, kept)));
		return started;
	} catch (error) {
		throw startError(machine, error, members);
	}
}
