import type {Host} from '../host/host.ts';
import {bootId, type ProcessIdentity} from '../host/programs/process.ts';
import type {ContainerRecord} from './record.ts';

/** How a container ended; one line of JSON in `exited/NAME` of the state folder. */
export interface Exit {
	readonly bootId: string;
	/** `created` of the record, ms since the epoch. Together with the boot it tells containers of the same name apart. */
	readonly created: number;
	readonly process: ProcessIdentity;
	readonly exitCode: number;
	/** Milliseconds since the epoch. */
	readonly ended: number;
}

/** How many names are kept. */
const kept = 200;
/** How many exits are kept per name, so that `wait` finds one even when the next container of the name ended soon after. */
const keptOfName = 8;

/** The folder of the ends of containers. */
export function exitedFolder(state: string): string {
	return `${state}/exited`;
}

function isExit(value: unknown): value is Exit {
	if (typeof value !== 'object' || value === null) return false;
	const {bootId: boot, created, exitCode} = value as Record<string, unknown>;
	return typeof boot === 'string' && typeof created === 'number' && Number.isInteger(exitCode);
}

function parseExit(line: string): readonly Exit[] {
	try {
		const value: unknown = JSON.parse(line);
		return isExit(value) ? [value] : [];
	} catch {
		return [];
	}
}

/** The last exits of a name in this boot, oldest first. */
function exitsOf(host: Host, state: string, name: string): readonly Exit[] {
	// The name comes from the user. It becomes part of a path only when the folder lists it.
	if (!host.list(exitedFolder(state)).includes(name)) return [];
	const lines = host.readText(`${exitedFolder(state)}/${name}`)?.split('\n') ?? [];
	const boot = bootId(host);
	return lines.flatMap(parseExit).filter(exit => exit.bootId === boot);
}

/** The last exit of a container with that name since boot; undefined when there is none or it is forgotten. */
export function lastExit(host: Host, state: string, name: string): Exit | undefined {
	return exitsOf(host, state, name).at(-1);
}

/** The exit of exactly this container. */
export function exitOf(host: Host, state: string, {name, created, process}: ContainerRecord): Exit | undefined {
	return exitsOf(host, state, name).findLast(
		exit =>
			exit.created === created &&
			(process === null || (exit.process.pid === process.pid && exit.process.startTime === process.startTime)),
	);
}

/**
 * Records how a container ended, for `wait`: only the parent process learns an exit status. The caller must still hold the name, so
 * that no other process writes the file. Errors are ignored, because they must not keep the container from ending.
 */
export function noteExit(
	host: Host,
	state: string,
	{name, created}: ContainerRecord,
	process: ProcessIdentity,
	exitCode: number,
): void {
	const {pid, startTime} = process;
	const exit: Exit = {bootId: bootId(host), created, process: {pid, startTime}, exitCode, ended: host.now()};
	try {
		host.mkdirs(exitedFolder(state), 0o700);
		const exits = [...exitsOf(host, state, name), exit].slice(-keptOfName);
		host.writeAtomic(`${exitedFolder(state)}/${name}`, exits.map(each => `${JSON.stringify(each)}\n`).join(''), 0o600);
		forgetOldest(host, state);
	} catch {
		// `wait` then reports that the status is unknown.
	}
}

/** Forgets how the containers of a name ended: nobody can ask for one that only this process knew of. */
export function forgetExits(host: Host, state: string, name: string): void {
	host.removeTree(`${exitedFolder(state)}/${name}`);
}

function forgetOldest(host: Host, state: string): void {
	const names = host.list(exitedFolder(state));
	if (names.length <= kept) return;
	const byAge = names
		.map(name => `${exitedFolder(state)}/${name}`)
		.map(path => ({path, mtime: host.lstat(path)?.mtimeMs ?? 0}))
		.toSorted((a, b) => a.mtime - b.mtime);
	for (const {path} of byAge.slice(0, names.length - kept)) host.removeTree(path);
}
