import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {cgroupsOf, mountsOf, processesOf} from './leftovers.ts';
import {markDescendants, orphans} from './orphans.ts';

// Mark all descendants before a test starts anything. An orphan whose cgroup is gone may have no other trace.
markDescendants();

/** Folders with contents of the image or of the tools. Only their existence matters. */
const opaque = /^store\/(images|tools)\/[^/]+$/;

/** All paths below a folder. */
function filesBelow(folder: string, below = ''): readonly string[] {
	let entries;
	try {
		entries = readdirSync(join(folder, below), {withFileTypes: true});
	} catch {
		return [];
	}
	return entries.flatMap(entry => {
		const path = below === '' ? entry.name : `${below}/${entry.name}`;
		return entry.isDirectory() && !opaque.test(path) ? [path, ...filesBelow(folder, path)] : [path];
	});
}

function descriptorsOf(pid: string): readonly string[] {
	try {
		return readdirSync(`/proc/${pid}/fd`).map(fd => readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\[\d+\]/, ''));
	} catch {
		return [];
	}
}

function outputOf(tool: string, ...args: readonly string[]): string {
	const path = ['/usr/sbin', '/sbin', '/usr/bin'].map(folder => `${folder}/${tool}`).find(each => existsSync(each));
	if (path === undefined) return '';
	try {
		return execFileSync(path, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
	} catch {
		return '';
	}
}

/** Network interfaces, network namespaces, and nftables rules that contain the name or the folder of the test. */
function networkOf(name: string, folder: string): readonly string[] {
	const mine = (text: string): boolean => text.includes(name) || text.includes(folder);
	const links = JSON.parse(outputOf('ip', '-j', 'link') || '[]') as readonly object[];
	const {nftables = []} = JSON.parse(outputOf('nft', '-j', 'list', 'ruleset') || '{}') as {
		nftables?: readonly object[];
	};
	const named = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
	return [
		...links
			.map(link => JSON.stringify(link))
			.filter(mine)
			.map(text => `link ${text}`),
		...nftables
			.map(rule => JSON.stringify(rule))
			.filter(mine)
			.map(text => `nft ${text}`),
		...named.filter(mine).map(each => `netns ${each}`),
	];
}

function namespaceOf(pid: string): string {
	try {
		return readlinkSync(`/proc/${pid}/ns/net`);
	} catch {
		return '';
	}
}

/** Contents of a snapshot. */
export interface SnapshotOptions {
	/**
	 * Include processes with their descriptors and network namespaces. Not for tests in which a supervisor may be
	 * replaced.
	 */
	readonly processes: boolean;
}

/**
 * Everything of one test on the machine: mounts, cgroups, processes with their descriptors and network namespaces,
 * links, nftables rules, and every path in the folder of the test. Sorted, with one item per line and without PIDs.
 */
export function snapshot(name: string, folder: string, {processes}: SnapshotOptions): readonly string[] {
	const own = readlinkSync('/proc/self/ns/net');
	const known = processesOf(name, folder);
	const strays = orphans().filter(({pid}) => !known.some(each => each.pid === pid));
	const running = [...known, ...strays].flatMap(({pid, command}) => {
		const net = namespaceOf(pid);
		return [
			`process ${command}`,
			...descriptorsOf(pid).map(target => `descriptor of ${command}: ${target}`),
			...(net === own || net === '' ? [] : [`network namespace of ${command}`]),
		];
	});
	return [
		...mountsOf(folder),
		...cgroupsOf(name),
		...(processes ? running : []),
		...networkOf(name, folder),
		...filesBelow(folder).map(path => `file ${path}`),
	].toSorted();
}

/** The lines that `after` has in addition to `before`, including repeated lines. */
export function added(before: readonly string[], after: readonly string[]): readonly string[] {
	const counts = new Map<string, number>();
	for (const line of before) counts.set(line, (counts.get(line) ?? 0) + 1);
	return after.filter(line => {
		const left = counts.get(line) ?? 0;
		counts.set(line, left - 1);
		return left <= 0;
	});
}
