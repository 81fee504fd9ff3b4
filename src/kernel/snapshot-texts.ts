import type {Host} from '../host/host.ts';
import {kernelLink, kernelNames, kernelText} from '../host/files/kernel-text.ts';
import {namespaceFiles} from '../host/probe/namespaces.ts';
import {parseMountinfo} from '../host/probe/mountinfo.ts';
import {interfaceCounts} from './network-fields.ts';
import {cgroupsIn, hierarchiesIn, usageFiles} from './snapshot-cgroups.ts';

/**
 * What the kernel's files said about a process at one moment: `status`, `mountinfo`, `ns/mnt`, and others below /proc/PID, files
 * of cgroupfs by their path, and a few names of ours (`root.stat`, `hierarchies`, `interfaces`). Run records keep them, so that a
 * later version can read more out of them.
 */
export type SnapshotTexts = Readonly<Record<string, string>>;

const networkFiles = ['net/fib_trie', 'net/route', 'net/if_inet6'] as const;

/** The lines of proc_pid_status(5) that a snapshot shows. The others differ all the time. */
const statusLines = /^(State|Uid|Gid|Groups|NSpid|Cap\w+|NoNewPrivs|Seccomp\w*):.*$/gm;

/** Settings of {@link snapshotTexts}. */
export interface SnapshotReading {
	/** Whether to read the numbers of use, which differ all the time; true by default. */
	readonly usage?: boolean;
}

/** How to read one process. */
export interface ProcessReading {
	/** Gives the table to use in place of the process's /proc/PID/cgroup. */
	readonly cgroups?: (table: string) => string;
	/** An earlier reading of the process, which has changed nothing since but its mounts, its root, and its status. */
	readonly since?: SnapshotTexts | undefined;
	/** An earlier reading whose limits are still those of the process, if it is in the same cgroups. */
	readonly sameLimits?: SnapshotTexts | undefined;
}

/**
 * Makes a reader of a process's texts. The reader remembers what does not change while tsbox runs. It gives undefined when the process
 * is gone, also when it ends meanwhile.
 */
export function snapshotTexts(
	host: Host,
	{usage = true}: SnapshotReading = {},
): (pid: number, reading?: ProcessReading) => SnapshotTexts | undefined {
	const hierarchies = (kernelText(host, '/proc/self/mountinfo') ?? '')
		.split('\n')
		.filter(line => / - cgroup2? /.test(line))
		.join('\n');
	const known = hierarchiesIn(hierarchies);
	const lastCapability = kernelText(host, '/proc/sys/kernel/cap_last_cap')?.trim() ?? '';
	const own = {uts: kernelLink(host, '/proc/self/ns/uts'), pid: kernelLink(host, '/proc/self/ns/pid')};
	return (pid, {cgroups = (table: string) => table, since, sameLimits} = {}) => {
		const proc = `/proc/${pid}`;
		const text = (file: string): string => kernelText(host, `${proc}/${file}`) ?? '';
		const status = text('status');
		if (isGone(status)) return undefined;
		const moving = {
			pid: String(pid),
			status: (status.match(statusLines) ?? []).join('\n'),
			mountinfo: text('mountinfo'),
			root: kernelLink(host, `${proc}/root`),
			'root.stat': rootStat(host, proc),
		};
		if (since !== undefined) return isGone(text('status')) ? undefined : {...since, ...moving};
		const texts: Record<string, string> = {
			...moving,
			cgroup: cgroups(text('cgroup')),
			hierarchies,
			cap_last_cap: lastCapability,
			interfaces: interfaceCounts(text('net/dev'))
				.map(({name}) => name)
				.join('\n'),
			uid_map: text('uid_map'),
			gid_map: text('gid_map'),
		};
		for (const file of Object.values(namespaceFiles)) texts[`ns/${file}`] = kernelLink(host, `${proc}/ns/${file}`);
		for (const file of networkFiles) texts[file] = text(file);
		const isSame = sameLimits !== undefined && sameLimits['cgroup'] === texts['cgroup'];
		const present = presentTexts(host);
		cgroupsIn(texts['cgroup'] ?? '', known, path => {
			if (!usage && usageFiles.includes(path.slice(path.lastIndexOf('/') + 1))) return undefined;
			const said = isSame ? sameLimits[path] : present(path);
			if (said !== undefined) texts[path] = said;
			return said;
		});
		if (own.uts !== '' && texts['ns/uts'] === own.uts)
			texts['hostname'] = kernelText(host, '/proc/sys/kernel/hostname')?.trim() ?? '';
		const processes = usage ? processCount(host, texts, own.pid) : undefined;
		if (processes !== undefined) texts['processes'] = String(processes);
		// If it is gone now, files that were read after its end were empty.
		return isGone(text('status')) ? undefined : texts;
	};
}

/**
 * Reads files of which a folder may have only a few: a failed open(2) costs more than a list of the folder, so after the first one
 * the list is asked.
 */
function presentTexts(host: Host): (path: string) => string | undefined {
	const lists = new Map<string, readonly string[]>();
	return path => {
		const folder = path.slice(0, path.lastIndexOf('/'));
		if (lists.get(folder)?.includes(path.slice(folder.length + 1)) === false) return undefined;
		const text = kernelText(host, path);
		if (text === undefined && !lists.has(folder)) lists.set(folder, kernelNames(host, folder));
		return text;
	};
}

/** A zombie has neither mounts nor namespaces. */
function isGone(status: string): boolean {
	return !/^State:\s+[^ZX\s]/m.test(status);
}

function rootStat(host: Host, proc: string): string {
	try {
		const facts = host.stat(`${proc}/root`);
		return facts === undefined ? '' : `${facts.dev} ${facts.ino}`;
	} catch {
		return '';
	}
}

/**
 * The number of processes that a proc filesystem lists: the caller's, or the one that the process has on /proc. Its first process
 * tells to which pid namespace it belongs.
 */
function processCount(host: Host, texts: SnapshotTexts, own: string): number | undefined {
	const namespace = texts['ns/pid'] ?? '';
	if (namespace === '') return undefined;
	const count = (folder: string): number => kernelNames(host, folder).filter(name => /^\d+$/.test(name)).length;
	if (namespace === own) return count('/proc');
	// The path is followed only when the kernel says that a proc filesystem is there, never into a link of the container's.
	const mounts = parseMountinfo(texts['mountinfo'] ?? '');
	if (mounts.findLast(({target}) => target === '/proc')?.type !== 'proc') return undefined;
	const inside = `/proc/${texts['pid']}/root/proc`;
	return kernelLink(host, `${inside}/1/ns/pid`) === namespace ? count(inside) : undefined;
}
