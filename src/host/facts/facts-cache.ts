import {dirname} from 'node:path';
import {unlessForbidden} from '../errno.ts';
import {type HostFacts, toolFolders} from '../facts.ts';
import type {Host} from '../host.ts';
import {caller, type HostFolders, type ProgramFacts, probePrograms, readHost} from './probe.ts';
import {sealing} from '../programs/sealed-tools.ts';
import {isProgramFacts, parse} from './saved-facts.ts';

/** Options of {@link hostFacts}. */
export interface FactsOptions {
	/** Allows writing the cache and trial overlays beside the store; false for commands that must not change anything, such as `plan`. */
	readonly write?: boolean;
	/** Ignores the cache. */
	readonly fresh?: boolean;
}

/**
 * The facts of this machine. Facts that take running tools are cached in `<state>/facts.json`, valid for the same boot, user,
 * capabilities, filesystem of the store, and tools. Facts from the kernel are read every time, because limits and sysctls change.
 * A cache that is damaged or that another user owns is ignored. A cache that cannot be written is no error.
 */
export async function hostFacts(
	host: Host,
	folders: HostFolders,
	{write = true, fresh = false}: FactsOptions = {},
): Promise<HostFacts> {
	const file = `${folders.state}/facts.json`;
	const kept = fresh ? undefined : unlessForbidden(() => keptPrograms(host, folders, file));
	if (kept !== undefined) return readHost(host, kept);
	const programs = await probePrograms(host, folders, {write});
	if (write) keep(host, folders, file, programs);
	return readHost(host, programs);
}

function keptPrograms(host: Host, folders: HostFolders, file: string): ProgramFacts | undefined {
	const facts = host.lstat(file);
	// The file decides which programs tsbox runs, so only the caller may be able to write it.
	if (facts?.kind !== 'file' || facts.uid !== caller(host).uid || (facts.mode & 0o022) !== 0) return undefined;
	const value = parse(host.readText(file) ?? '');
	if (typeof value !== 'object' || value === null || !('key' in value) || !('programs' in value)) return undefined;
	const {key, programs} = value;
	return isProgramFacts(programs) && key === cacheKey(host, folders, programs) ? programs : undefined;
}

function keep(host: Host, folders: HostFolders, file: string, programs: ProgramFacts): void {
	try {
		host.mkdirs(folders.state, 0o700);
		host.writeAtomic(file, JSON.stringify({key: cacheKey(host, folders, programs), programs}));
	} catch {
		// A read-only or foreign state folder only costs time at the next start.
	}
}

/** Changes whenever the tools could give other answers. */
function cacheKey(host: Host, {store}: HostFolders, programs: ProgramFacts): string {
	const {uid, capabilities} = caller(host);
	const tools = Object.values(programs.tools).flatMap(tool => (tool === null ? [] : [tool.path]));
	const files = new Set([...tools, ...(programs.toolbox.kind === 'copy' ? programs.toolbox.files : [])]);
	return JSON.stringify({
		// Increase this when the probe collects new facts.
		probe: 5,
		// The toolbox has a name for each way of making copies.
		sealing,
		boot: host.readText('/proc/sys/kernel/random/boot_id')?.trim(),
		uid,
		capabilities,
		store,
		filesystem: nearest(host, store),
		// Adding or removing a tool changes its folder's mtime; overwriting one in place changes the file, and its ctime whatever it does to the rest.
		folders: toolFolders.map(folder => host.stat(folder)?.mtimeMs ?? null),
		files: Array.from(files, path => {
			const facts = host.stat(path);
			return facts === undefined ? null : [facts.dev, facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs];
		}),
	});
}

/** The device number of the folder, or of its nearest existing parent. */
function nearest(host: Host, path: string): number | undefined {
	return host.stat(path)?.dev ?? (path === '/' ? undefined : nearest(host, dirname(path)));
}
