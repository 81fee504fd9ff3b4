import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {cgroupsOf, mountsOf, processesOf} from './leftovers.ts';
import {markDescendants, orphans} from './orphans.ts';

// Before a test starts anything: an orphan whose cgroup is gone may have no other trace of it.
markDescendants();

/** Their contents are the image's and the tools': that the folder is there is enough. */
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

/** Names of interfaces and namespaces, and rules of the packet filter, that tell of the test by its name or its folder. */
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

/** Which kinds of things a snapshot holds. */
export interface SnapshotOptions {
	/** Processes with their descriptors and network namespaces: not where a supervisor may have been replaced. */
	readonly processes: boolean;
}

/**
 * All that the machine has of one test: mounts, cgroups, processes with their descriptors and network namespaces, links,
 * rules of the packet filter, and every path in the test's folder. Sorted; one thing a line, without process numbers.
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

/** What the later one has more, as often as it has it more. */
export function added(before: readonly string[], after: readonly string[]): readonly string[] {
	const counts = new Map<string, number>();
	for (const line of before) counts.set(line, (counts.get(line) ?? 0) + 1);
	return after.filter(line => {
		const left = counts.get(line) ?? 0;
		counts.set(line, left - 1);
		return left <= 0;
	});
}
