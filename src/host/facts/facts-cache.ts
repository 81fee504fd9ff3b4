import {dirname} from 'node:path';
import {unlessForbidden} from '../errno.ts';
import type {HostFacts} from '../facts.ts';
import type {Host} from '../host.ts';
import {toolFolders} from '../probe/tools.ts';
import {caller, type HostFolders, type ProgramFacts, probePrograms, readHost} from './probe.ts';
import {isProgramFacts, parse} from './saved-facts.ts';

/** How {@link hostFacts} may go about it. */
export interface FactsOptions {
	/** Whether facts may be kept, and overlays tried beside the store; false for what must touch nothing, such as a plan. */
	readonly write?: boolean;
	/** Asks the tools again in any case. */
	readonly fresh?: boolean;
}

/**
 * The facts of this machine. What only running tools can tell is kept in `<state>/facts.json` and taken from there while
 * this boot, the caller's user and capabilities, the store's filesystem and the tools are the same; what the kernel tells
 * is read each time, for limits and sysctls change. A kept file that is damaged or another user's is ignored, and one
 * that can't be written is no error.
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
	// Whoever can write the file chooses the programs that we run.
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
		// A read-only or foreign state folder costs time at the next start, nothing else.
	}
}

/** A text that is the same as long as asking the tools again would give the same answers. */
function cacheKey(host: Host, {store}: HostFolders, programs: ProgramFacts): string {
	const {uid, capabilities} = caller(host);
	const files = Object.values(programs.tools).flatMap(tool => (tool === null ? [] : [tool.path]));
	return JSON.stringify({
		// Raised when the probe learns something new.
		probe: 4,
		boot: host.readText('/proc/sys/kernel/random/boot_id')?.trim(),
		uid,
		capabilities,
		store,
		filesystem: nearest(host, store),
		// A tool that comes or goes changes its folder; one that is written in place changes itself.
		folders: toolFolders.map(folder => host.stat(folder)?.mtimeMs ?? null),
		tools: files.map(path => {
			const facts = host.stat(path);
			return facts === undefined ? null : [facts.ino, facts.mtimeMs, facts.size];
		}),
	});
}

/** The device number of the folder, or of the one it would be made in. */
function nearest(host: Host, path: string): number | undefined {
	return host.stat(path)?.dev ?? (path === '/' ? undefined : nearest(host, dirname(path)));
}
