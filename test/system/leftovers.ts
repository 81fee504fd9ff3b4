import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

function foldersBelow(folder: string, depth: number): readonly string[] {
	if (depth === 0) return [];
	try {
		return readdirSync(folder, {withFileTypes: true})
			.filter(entry => entry.isDirectory())
			.flatMap(entry => [join(folder, entry.name), ...foldersBelow(join(folder, entry.name), depth - 1)]);
	} catch {
		return [];
	}
}

function linkOf(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}

/** Mounts below the folder of a test. */
export function mountsOf(folder: string): readonly string[] {
	return textOf('/proc/self/mountinfo')
		.split('\n')
		.filter(line => line.includes(folder))
		.map(line => `mount ${line.split(' ')[4]}`);
}

/** Cgroups of containers with this name, in every hierarchy. */
export function cgroupsOf(name: string): readonly string[] {
	return foldersBelow('/sys/fs/cgroup', 4)
		.filter(path => path.endsWith(`/tsbox/${name}`) || path.includes(`/tsbox/${name}-`))
		.map(path => `cgroup ${path}`);
}

/** The parent of each process that has not ended. */
export function parents(): ReadonlyMap<number, number> {
	const found = new Map<number, number>();
	for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
		const stat = textOf(`/proc/${pid}/stat`);
		const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		if (parent !== undefined && state !== 'Z') found.set(Number(pid), Number(parent));
	}
	return found;
}

/** Processes in these cgroups, with a root in the folder, or with the state folder on their command line. */
export function processesOf(name: string, folder: string): readonly {readonly pid: string; readonly command: string}[] {
	return (
		readdirSync('/proc')
			.filter(pid => /^\d+$/.test(pid) && Number(pid) !== process.pid)
			// Ignore an ended process whose parent is gone, because init has to reap it.
			.filter(pid => !/\) Z 1 /.test(textOf(`/proc/${pid}/stat`)))
			.filter(
				pid =>
					isInCgroup(pid, name) ||
					textOf(`/proc/${pid}/cmdline`).includes(join(folder, 'state')) ||
					linkOf(`/proc/${pid}/root`).startsWith(folder),
			)
			.map(pid => ({pid, command: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}))
	);
}

/**
 * Whether a process is in the cgroup of the container with this name, or of a service of the project with this name.
 */
export function isInCgroup(pid: string, name: string): boolean {
	const cgroups = textOf(`/proc/${pid}/cgroup`);
	return cgroups.includes(`/tsbox/${name}\n`) || cgroups.includes(`/tsbox/${name}-`);
}

/**
 * Everything of a container or a test folder on the machine: mounts, cgroups, processes, and entries in the state and
 * store folders. Found by name and folder, because containers of other tests run at the same time.
 */
export function leftovers(name: string, folder: string): readonly string[] {
	const processes = processesOf(name, folder).map(({pid, command}) => `process ${pid} ${command}`);
	const files = [
		...foldersBelow(join(folder, 'state/containers'), 1),
		...foldersBelow(join(folder, 'store/layers'), 1),
		...foldersBelow(join(folder, 'store/tmp'), 1),
		...foldersBelow(join(folder, 'store/logs'), 1),
		...foldersBelow(join(folder, 'store/volumes'), 1),
		...foldersBelow(join(folder, 'state/projects'), 1),
	].map(path => `folder ${path}`);
	return [...mountsOf(folder), ...cgroupsOf(name), ...processes, ...files];
}
