import {resolve} from 'node:path';
import type {Machine} from '../container/machine/machine.ts';
import {type ClaimedContainer, claimContainer} from '../container/start/claim-container.ts';
import {attachOwn} from '../container/start/own-launch.ts';
import {start} from '../container/start/start.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import type {RunEvent} from '../execute/event.ts';
import {fifoGate, type Gate} from '../execute/gate.ts';
import {withPreserved} from '../execute/preserved-stdio.ts';
import {rollBackFailed} from '../execute/rollback.ts';
import type {Host} from '../host/host.ts';
import {identify, type ProcessIdentity, parentOf} from '../host/programs/process.ts';
import {fromBundle} from '../oci/bundle/from-bundle.ts';
import {type BundleConfig, readBundleConfig} from '../spec/bundle/bundle-config.ts';
import {present} from '../spec/syntax/pick.ts';
import {releaseName} from '../state/claim.ts';
import {engineLink} from '../state/engine-link.ts';
import {containerFolder, type EngineFacts, readRecord, writeRecord} from '../state/record.ts';
import {bundleProgram} from '../step/calls/bundle-program.ts';
import {cgroupPlace} from './cgroups/cgroup-path.ts';
import {checkTerminal, ownConsole} from './console.ts';
import {engineOf, nameOf} from './engine-of.ts';
import {findCommand} from './find-command.ts';
import {writeFrontFiles} from './front-files.ts';
import {checkId, idInUse} from './place.ts';
import {planBundle} from './plan-bundle-input.ts';
import type {Preserved} from './preserved.ts';
import {stepInRuncsWords} from './runc-words.ts';
import {listenedStart} from './seccomp-listener.ts';
import {withSysOfHost, withUserNamespace} from './user-namespace.ts';

/** What `create` is asked for. */
export interface CreateRequest {
	/** The engine's folder of all its containers. */
	readonly root: string;
	readonly id: string;
	readonly bundle: string;
	/** The configuration, from the folder of the bundle on; config.json without it. */
	readonly config?: string | undefined;
	readonly pidFile?: string | undefined;
	readonly consoleSocket?: string | undefined;
	/** Descriptors of the caller that the command is to have. */
	readonly preserved: Preserved;
	/** `linux.cgroupsPath` names a scope of systemd. */
	readonly systemdCgroup: boolean;
	/** The root is to be moved and entered by chroot(2), for a host whose root is a RAM disk. */
	readonly noPivot: boolean;
	readonly signal: AbortSignal;
	/** Told what a person should know. */
	readonly warn: (text: string) => void;
	/** Told each step. */
	readonly debug?: ((text: string) => void) | undefined;
}

/** Tells a caller what an event means to it. */
export function tell(event: RunEvent, {warn, debug}: Pick<CreateRequest, 'warn' | 'debug'>): void {
	if (event.type === 'warning') warn(event.text);
	else if (event.type === 'step.started') debug?.(stepInRuncsWords(event.id));
}

/** Reads the configuration of a bundle. */
function readBundle({host}: Machine, folder: string, name: string): BundleConfig {
	const file = resolve(folder, name);
	const text = host.readText(file);
	if (text === undefined)
		throw new TsboxError('E_SPEC_NOT_FOUND', `JSON specification file ${name} not found`, {
			why: `${folder} has none`,
			hint: 'name the folder of a bundle with --bundle; `tsbox-runtime spec` writes a config.json',
		});
	return readBundleConfig(text, file);
}

/** The root filesystem, which must not be a symlink, as runc has it: it could lead anywhere by the time that it is used. */
function rootOf({host}: Machine, folder: string, {root}: BundleConfig): string {
	const path = resolve(folder, root.path);
	const real = host.realpath(path);
	if (real === undefined)
		throw new TsboxError('E_ROOTFS_NOT_FOUND', `rootfs ${path}: no such file or directory`, {
			hint: 'see `root.path` of config.json',
		});
	if (real !== path || host.stat(real)?.kind !== 'directory')
		throw new TsboxError('E_SPEC_INVALID', `invalid rootfs: ${path} is not an absolute path, or a symlink`, {
			hint: `name ${real} as \`root.path\``,
		});
	return real;
}

function withEnv(bundle: BundleConfig, more: readonly string[]): BundleConfig {
	return {...bundle, process: {...bundle.process, env: [...bundle.process.env, ...more]}};
}

/**
 * The process that looks after a container for its engine: an ancestor of this process, to which the kernel gave the first process. For an
 * engine that is not known that may be anything, as the login session of a person.
 */
function monitorOf(host: Host, {kind}: EngineFacts, first: number): ProcessIdentity | undefined {
	if (kind === 'oci') return undefined;
	const parent = parentOf(host, first);
	// Docker has a shell in between.
	for (let each: number | undefined = process.ppid; each !== undefined && each > 1; each = parentOf(host, each))
		if (each === parent) return identify(host, each);
	return undefined;
}

/**
 * Reads a bundle, plans its container, and takes its name.
 *
 * @param stays - the process that starts the container stays as its parent
 * @param monitor - see {@link EngineFacts}
 * @throws TsboxError; nothing has been made then.
 */
export async function claimBundle(
	machine: Machine,
	request: CreateRequest,
	stays: boolean,
	monitor?: ProcessIdentity,
): Promise<ClaimedContainer> {
	const {host, facts, dirs} = machine;
	const {id, root} = request;
	checkId(id);
	const folder = host.realpath(request.bundle) ?? request.bundle;
	const bundle = withUserNamespace(readBundle(machine, folder, request.config ?? 'config.json'), machine);
	checkTerminal(bundle.process, request.consoleSocket, stays);
	if (request.noPivot)
		throw new TsboxError('E_HOST_UNSUPPORTED', '--no-pivot is not supported', {
			why: "only pivot_root(2) takes the host's files out of reach",
			hint: 'leave it out; Docker gives it when DOCKER_RAMDISK is set',
		});
	if (host.stat(engineLink({root, id})) !== undefined) throw idInUse();
	if ((bundle.linux.resources?.memory?.kernel ?? 0) > 0)
		request.warn('linux.resources.memory.kernel is not enforced: the kernel has no such limit any more');
	const {cgroupsPath = ''} = bundle.linux;
	const kind = engineOf(bundle.annotations, cgroupsPath, root, folder);
	// As the engine named it, which compares.
	const engine: EngineFacts = {kind, id, root, bundle: request.bundle, ...present({monitor})};
	const isTaken = (each: string): boolean => {
		const there = readRecord(host, containerFolder(dirs.state, each))?.engine;
		return there !== undefined && (there.id !== id || there.root !== root);
	};
	const name = nameOf(kind, root, id, isTaken);
	const consoleSocket =
		request.consoleSocket ?? (bundle.process.terminal ? ownConsole(containerFolder(dirs.state, name)) : undefined);
	const {path: cgroup, scope} = cgroupPlace(machine, cgroupsPath, {name, id, systemd: request.systemdCgroup});
	const asked = fromBundle(withEnv(bundle, request.preserved.env), {
		root: rootOf(machine, folder, bundle),
		folder,
		cgroup,
		onV2: facts.cgroup.layout === 'v2',
		hasSelinux: facts.lsm.includes('selinux'),
		capabilities: facts.capabilities,
	});
	const config = withSysOfHost(asked);
	const planned = await planBundle(machine, {
		name,
		id,
		folder: request.bundle,
		config,
		seccomp: bundle.linux.seccomp,
		consoleSocket,
		preserved: request.preserved.fds.length,
		scope,
		stays,
	});
	return await claimContainer(machine, planned, {engine: {...engine, ...present({scope})}}).catch((error: unknown) => {
		throw isTsboxError(error) && error.code === 'E_NAME_IN_USE' ? idInUse() : error;
	});
}

/**
 * Makes the container of a bundle up to its gate, where it waits when this process has ended.
 *
 * @throws TsboxError; all steps have been rolled back then.
 */
export async function create(machine: Machine, request: CreateRequest): Promise<void> {
	const {host, facts, dirs} = machine;
	const {id, root} = request;
	const claimed = await claimBundle(machine, request, false);
	const {conf, members, kill, record} = claimed;
	const {engine, config} = record;
	if (engine === undefined) throw new TypeError('the record names no engine');
	try {
		const gate = await fifoGate(host, conf);
		let opened: Gate | undefined;
		const attachment = attachOwn(
			{
				isLauncher: false,
				letGo: () => {},
				start: async task => {
					if (!('words' in task)) throw new TypeError('there is no launcher');
					const stdio = withPreserved([0, 1, 2, ...gate.ends], request.preserved.fds);
					return host.start(task.words, {stdio, isBackground: true});
				},
			},
			kill,
		);
		const listened = await listenedStart(machine, claimed, request.signal);
		await new Promise<void>((done, failed) => {
			start(machine, claimed, attachment, {
				emit: event => tell(event, request),
				signal: listened?.signal ?? request.signal,
				trace: listened?.trace,
				quiet: true,
				gate: {...gate, open: program => (opened = gate.open(program))},
				reportsAtGate: true,
				moreCalls: bundleProgram,
				atGate: async exec => {
					const now = readRecord(host, conf);
					const first = now?.process;
					if (first == null) throw new TypeError('the container has no first process');
					const monitor = monitorOf(host, engine, first.pid);
					if (now !== undefined && monitor !== undefined)
						writeRecord(host, conf, {...now, engine: {...engine, monitor}});
					findCommand(first.pid, {...config.process, env: exec.env});
					writeFrontFiles(host, facts, conf, {
						engine,
						config,
						process: first,
						members,
						exec,
						created: record.created,
					});
					if (request.pidFile !== undefined) host.writeWhole(request.pidFile, String(first.pid), 0o644);
					if (identify(host, first.pid)?.startTime !== first.startTime)
						throw new TsboxError('E_STEP_FAILED', 'the container ended at its gate', {hint: 'try again'});
					// `run --detach` starts it in this process: two readers of a FIFO would share its lines.
					opened?.status.destroy();
					opened?.answers.destroy();
					done();
					// This process ends; the container waits at its gate.
					return await new Promise(() => {});
				},
			}).catch(failed);
		}).finally(listened?.close);
	} catch (error) {
		const isGone = await rollBackFailed(host, facts, conf, () => {});
		host.removeTree(engineLink({root, id}));
		if (isGone) releaseName(host, dirs.state, record.name);
		throw error;
	}
}
