import type {Executor} from '../step/verbs/step.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import type {Egress} from '../network/egress.ts';
import type {OciConfig} from '../oci/config.ts';
import type {SystemdScope} from '../oci/extras.ts';
import type {Hook, Logging, NamespaceKind, Origin, Port, Service} from '../spec/model/project.ts';
import type {FilterLoader} from '../step/verbs/drop-privileges.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {readNotes} from './notes.ts';
import {processCgroups} from '../host/probe/process-status.ts';
import {bootId, isRunning, type ProcessIdentity} from '../host/programs/process.ts';

/** The part of a record that exists only for supervised containers. */
export interface Detached {
	readonly project: string;
	/** The key under `services:`. */
	readonly service: string;
	/** How often its restart policy started it again. */
	readonly restarts: number;
	readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
	/** The last exit of its command; null before the first. `at` in ms since the epoch. */
	readonly exit: {readonly code: number; readonly at: number; readonly oomKilled?: boolean} | null;
	/** It was created and has not been started. */
	readonly unstarted?: true;
	/** Its `post_start` hooks have run. */
	readonly prepared?: boolean;
	/** The sizes of its output files at the start, bytes; set when its runs are recorded. */
	readonly printed?: {readonly stdout: number; readonly stderr: number};
	readonly logging: Logging;
	/** The service that the container was created from. The supervisor uses this, even if the spec file changes. */
	readonly made: Service;
}

/** Who asked the OCI runtime for a container; `oci` is any other than those that tsbox knows. */
export type EngineKind = 'docker' | 'podman' | 'containerd' | 'kubernetes' | 'slurm' | 'oci';

/** The engine of a container, which starts it, looks after it, and removes it. */
export interface EngineFacts {
	readonly kind: EngineKind;
	/** The name that the engine has for it. */
	readonly id: string;
	/** The engine's folder with a link to the container's state folder. */
	readonly root: string;
	/** The folder of config.json. */
	readonly bundle: string;
	/** The scope of systemd that is its control group. */
	readonly scope?: SystemdScope;
	/** The process that asked for the container and has become the parent of its first process: containerd's shim, or conmon. */
	readonly monitor?: ProcessIdentity;
}

/** The file in the state folder of an engine's container that is there once `create` has ended: what `bin/tsbox-runtime` needs. */
export const engineFrontFile = 'oci.sh';

/** The record of a container. It is only a claim; the kernel has the truth. */
export interface ContainerRecord {
	readonly schema: 1;
	readonly name: string;
	/** Absolute path of the spec. */
	readonly spec: string;
	/** The process that started the container and cleans up after it: tsbox or a compiled script. */
	readonly owner: ProcessIdentity;
	/** The container outlives its owner. */
	readonly keepsAlive?: true;
	readonly bootId: string;
	/** Milliseconds since the epoch. */
	readonly created: number;
	readonly image: ImageFacts;
	readonly config: OciConfig;
	readonly stopSignal: string;
	readonly stopGraceMs: number;
	readonly namespaces: readonly NamespaceKind[];
	/** Others may join its ipc namespace. */
	readonly sharesIpc?: true;
	/** The ports that the spec asks to publish. */
	readonly ports?: readonly Port[];
	/** What it reaches outside of its networks; everything without it. */
	readonly egress?: Egress;
	readonly root: 'pivot' | 'chroot';
	/** Who carried out the steps inside; undefined in a record of an older tsbox. */
	readonly executor?: Executor;
	readonly cgroups: readonly CgroupMember[];
	/** The security settings that `exec` applies too. The filter itself is in the container's folder. */
	readonly confinement: {
		readonly filter: FilterLoader | null;
		readonly labels: readonly string[];
		readonly landlock: readonly string[];
		/** Memory layout is not randomized, neither for the container nor for `exec`. */
		readonly fixedAddresses?: true;
	};
	readonly origins: Readonly<Record<string, Origin>>;
	/** Those that Compose sets, for a container of a project. */
	readonly labels?: Readonly<Record<string, string>>;
	/** The commands to run in the container before the stop signal. */
	readonly preStop?: readonly Hook[];
	/** Set for a container that `up -d` started. */
	readonly detached?: Detached;
	/** Set for a container that an engine made by the OCI runtime. */
	readonly engine?: EngineFacts;
	/** The first process, once it waits at the gate. */
	readonly process:
		| (ProcessIdentity & {
				readonly started: number;
				readonly namespaceIds: Readonly<Record<string, string>>;
				readonly ids: {readonly uid: number; readonly gid: number; readonly groups: readonly number[]};
				/** The CPU time that its cgroups counted before its command began, ns; null when no cgroup counts it. */
				readonly setupCpuNs?: number | null;
		  })
		| null;
}

/** The folder of all containers' folders. */
export function containersFolder(state: string): string {
	return `${state}/containers`;
}

/** The folder of one container: record, journal, and scripts. */
export function containerFolder(state: string, name: string): string {
	return `${containersFolder(state)}/${name}`;
}

/** Writes the record atomically. Only a supervised container's record must survive a power cut, so only that one is synced. */
export function writeRecord(host: Host, folder: string, record: ContainerRecord): void {
	const [path, text] = [`${folder}/record.json`, `${JSON.stringify(record)}\n`];
	if (record.detached === undefined) host.writeWhole(path, text, 0o600);
	else host.writeAtomic(path, text, 0o600);
}

function looksLikeRecord(value: unknown): value is ContainerRecord {
	if (typeof value !== 'object' || value === null) return false;
	const {schema, name, owner, bootId: boot} = value as Record<string, unknown>;
	return (
		schema === 1 &&
		typeof name === 'string' &&
		typeof boot === 'string' &&
		typeof owner === 'object' &&
		owner !== null &&
		typeof (owner as {pid?: unknown}).pid === 'number' &&
		typeof (owner as {startTime?: unknown}).startTime === 'string'
	);
}

/**
 * The record in a container's folder; undefined when there is none.
 *
 * @throws TsboxError E_STATE for a record that is damaged or of another version, E_PERMISSION for another user's record.
 */
export function readRecord(host: Host, folder: string): ContainerRecord | undefined {
	const path = `${folder}/record.json`;
	const text = host.readText(path);
	if (text === undefined) return undefined;
	const owner = host.lstat(path)?.uid;
	if (owner !== 0 && owner !== process.getuid?.())
		throw new TsboxError('E_PERMISSION', `${path} belongs to another user`, {
			hint: 'remove it by hand once you know what wrote it',
		});
	// A compiled script writes a second line once there is a process; one that is not whole yet does not count.
	const [first = '', added = ''] = text.split('\n', text.endsWith('\n') ? 2 : 1);
	let value: unknown;
	try {
		value = {...JSON.parse(first), ...(added === '' ? {} : JSON.parse(added))};
	} catch (cause) {
		throw new TsboxError('E_STATE', `${path} is damaged`, {cause, hint: 'run `tsbox gc`'});
	}
	if (!looksLikeRecord(value))
		throw new TsboxError('E_STATE', `${path} was written by another version of tsbox`, {hint: 'run `tsbox gc`'});
	if (value.detached === undefined) return value;
	return {...value, detached: {...value.detached, ...readNotes(host, folder, value.created)}};
}

/** Whether the process that started the container still runs. */
export function isOwned(host: Host, record: ContainerRecord): boolean {
	return record.bootId === bootId(host) && isRunning(host, record.owner);
}

/**
 * The cgroups of the first process, as far as they are the container's or below them: a container that divides its cgroup moves
 * its processes.
 */
export function currentCgroups(
	host: Host,
	{process, cgroups}: Pick<ContainerRecord, 'process' | 'cgroups'>,
): ContainerRecord['cgroups'] {
	const own = process === null ? [] : processCgroups(host.readText(`/proc/${process.pid}/cgroup`) ?? '');
	return cgroups.flatMap(member => {
		const now = own.find(({controllers}) => controllers.includes(member.controller))?.path;
		if (now === undefined || !`${now}/`.startsWith(`${member.cgroup}/`)) return [];
		return [{...member, cgroup: now, path: `${member.path}${now.slice(member.cgroup.length)}`}];
	});
}

/** Guards against reuse of the pid: the process must also be in the container's cgroups. */
function isInItsCgroups(host: Host, record: ContainerRecord): boolean {
	if (record.process === null || record.cgroups.length === 0) return true;
	return currentCgroups(host, record).length > 0;
}

/** The state of a container, read from the kernel. The record only says which process and cgroups to ask for. */
export function stateOf(host: Host, record: ContainerRecord): 'created' | 'running' | 'dead' {
	if (record.bootId !== bootId(host)) return 'dead';
	if (record.process !== null && isRunning(host, record.process) && isInItsCgroups(host, record)) return 'running';
	const isBegun = record.process !== null || (!isOwned(host, record) && record.detached?.unstarted !== true);
	return isBegun ? 'dead' : 'created';
}
