import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import type {OciConfig} from '../oci/config.ts';
import type {Hook, NamespaceKind, Origin, Port, Service} from '../spec/model/project.ts';
import type {FilterLoader} from '../step/verbs/action.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {readNotes} from './notes.ts';
import {processCgroups} from '../host/probe/process-status.ts';
import {bootId, isRunning, type ProcessIdentity} from '../host/programs/process.ts';

/** What a record tells of a container that a supervisor looks after. */
export interface Detached {
	readonly project: string;
	/** The key under `services:`. */
	readonly service: string;
	/** How often it was started again by its policy. */
	readonly restarts: number;
	readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
	/** How its command ended the last time; null while it has not. `at` in ms since the epoch. */
	readonly exit: {readonly code: number; readonly at: number; readonly oomKilled?: boolean} | null;
	/** Its `post_start` commands have been run. */
	readonly prepared?: boolean;
	/** How long the files of its output were when it was started, bytes; there where its lives are recorded. */
	readonly printed?: {readonly stdout: number; readonly stderr: number};
	/** How much of its output is kept: `maxFile` pieces of `maxSize` bytes of each stream. */
	readonly logging: {readonly maxSize: number; readonly maxFile: number};
	/** What it was made from: it is looked after by this, whatever its file says by now. */
	readonly made: Service;
}

/** What is written down of a container; a claim only, the kernel has the truth. */
export interface ContainerRecord {
	readonly schema: 1;
	readonly name: string;
	/** Absolute path of the spec. */
	readonly spec: string;
	/** The tsbox, or the compiled script, that started it and cleans up after it. */
	readonly owner: ProcessIdentity;
	/** It goes on when its owner has ended; there where it does. */
	readonly keepsAlive?: true;
	readonly bootId: string;
	/** Milliseconds since the epoch. */
	readonly created: number;
	readonly image: ImageFacts;
	readonly config: OciConfig;
	readonly stopSignal: string;
	readonly stopGraceMs: number;
	readonly namespaces: readonly NamespaceKind[];
	/** What its spec asks to be published; there where it asks for some. */
	readonly ports?: readonly Port[];
	readonly root: 'pivot' | 'chroot';
	readonly cgroups: readonly CgroupMember[];
	/** How what enters is confined beside its capabilities; the filter itself lies in the container's folder. */
	readonly confinement: {
		readonly filter: FilterLoader | null;
		readonly labels: readonly string[];
		readonly landlock: readonly string[];
		/** Its memory is laid out the same each time, and so is that of what enters; there where it is. */
		readonly fixedAddresses?: true;
	};
	readonly origins: Readonly<Record<string, Origin>>;
	/** What is run in it before it is asked to stop. */
	readonly preStop?: readonly Hook[];
	/** There for a container that was started with `up -d`. */
	readonly detached?: Detached;
	/** The first process, once it waits at the gate. */
	readonly process:
		| (ProcessIdentity & {
				readonly started: number;
				readonly namespaceIds: Readonly<Record<string, string>>;
				readonly ids: {readonly uid: number; readonly gid: number; readonly groups: readonly number[]};
				/** CPU time that its cgroups had counted before its command began, ns; null where nothing does. */
				readonly setupCpuNs?: number | null;
		  })
		| null;
}

/** Where the containers' folders are. */
export function containersFolder(state: string): string {
	return `${state}/containers`;
}

/** The folder of one container's record, journal and scripts. */
export function containerFolder(state: string, name: string): string {
	return `${containersFolder(state)}/${name}`;
}

/** Writes the record, whole or not at all. After a power cut only that of a container which is looked after means anything. */
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
 * The record in a container's folder, or undefined when there is none.
 *
 * @throws TsboxError E_STATE for one that is damaged or of another version, E_PERMISSION for one of another user.
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
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new TsboxError('E_STATE', `${path} is damaged`, {cause, hint: 'run `tsbox gc`'});
	}
	if (!looksLikeRecord(value))
		throw new TsboxError('E_STATE', `${path} was written by another version of tsbox`, {hint: 'run `tsbox gc`'});
	if (value.detached === undefined) return value;
	return {...value, detached: {...value.detached, ...readNotes(host, folder, value.created)}};
}

/** Tells whether the one that started the container still looks after it. */
export function isOwned(host: Host, record: ContainerRecord): boolean {
	return record.bootId === bootId(host) && isRunning(host, record.owner);
}

/** A record only claims which process is the container's: whoever has that number must be in its cgroups too. */
function isInItsCgroups(host: Host, {process, cgroups}: ContainerRecord): boolean {
	if (process === null || cgroups.length === 0) return true;
	const own = processCgroups(host.readText(`/proc/${process.pid}/cgroup`) ?? '');
	return cgroups.some(({cgroup}) => own.some(({path}) => path === cgroup));
}

/** The state of a container, from the kernel: its record only says where to look. */
export function stateOf(host: Host, record: ContainerRecord): 'created' | 'running' | 'dead' {
	if (record.bootId !== bootId(host)) return 'dead';
	if (record.process !== null && isRunning(host, record.process) && isInItsCgroups(host, record)) return 'running';
	return isOwned(host, record) && record.process === null ? 'created' : 'dead';
}
