import {type MountInfo, parseMountinfo} from '../host/probe/mountinfo.ts';
import {processCgroups} from '../host/probe/process-status.ts';

/** The cgroup of a process in one hierarchy. */
export interface CgroupShown {
	/** `memory`, `cpu,cpuacct`, `name=systemd`, or the empty string for the unified hierarchy. */
	readonly controller: string;
	/** The path in the hierarchy: `/tsbox/demo`. */
	readonly path: string;
	/** The folder of cgroupfs; undefined when the caller has not mounted the hierarchy or has it mounted below. */
	readonly folder: string | undefined;
	/** Texts of the limit and usage files that exist. `cgroup.procs` is the number of processes. */
	readonly files: Readonly<Record<string, string>>;
}

/** The files that count what is used at the moment. They differ from snapshot to snapshot. */
export const usageFiles: readonly string[] = [
	'cgroup.procs',
	'memory.current',
	'memory.swap.current',
	'memory.usage_in_bytes',
	'memory.memsw.usage_in_bytes',
	'pids.current',
];

/** The files with limits by v1 controller, and of the unified hierarchy; cgroups(7), cgroup-v1/*.rst, cgroup-v2.rst. */
const limitFiles: Readonly<Record<string, readonly string[]>> = {
	memory: [
		'memory.limit_in_bytes',
		'memory.memsw.limit_in_bytes',
		'memory.soft_limit_in_bytes',
		'memory.swappiness',
		'memory.usage_in_bytes',
		'memory.memsw.usage_in_bytes',
	],
	pids: ['pids.max', 'pids.current'],
	cpu: ['cpu.cfs_quota_us', 'cpu.cfs_period_us', 'cpu.shares'],
	cpuset: ['cpuset.cpus', 'cpuset.mems'],
	blkio: ['blkio.weight', 'blkio.bfq.weight'],
	freezer: ['freezer.state'],
	devices: ['devices.list'],
	'': [
		'cgroup.controllers',
		'cgroup.subtree_control',
		'memory.max',
		'memory.swap.max',
		'memory.high',
		'memory.low',
		'memory.current',
		'memory.swap.current',
		'pids.max',
		'pids.current',
		'cpu.max',
		'cpu.weight',
		'cpuset.cpus',
		'cpuset.mems',
		'io.max',
		'io.weight',
		'cgroup.freeze',
	],
};

/** The mounted hierarchies of control groups in a mountinfo table. */
export function hierarchiesIn(mountinfo: string): readonly MountInfo[] {
	return parseMountinfo(mountinfo).filter(({type}) => /^cgroup2?$/.test(type));
}

/**
 * The cgroups of a process.
 *
 * @param table - its /proc/PID/cgroup
 * @param textOf - the text of a file of cgroupfs; undefined when it is missing
 */
export function cgroupsIn(
	table: string,
	hierarchies: readonly MountInfo[],
	textOf: (path: string) => string | undefined,
): readonly CgroupShown[] {
	return processCgroups(table).map(({controllers, path}) => {
		const controller = controllers.join(',');
		const mount = hierarchies.find(({type, superOptions, root}) => {
			const isIt = controller === '' ? type === 'cgroup2' : controllers.every(name => superOptions.includes(name));
			return isIt && isBelow(path, root);
		});
		// A path above the reader's cgroup namespace starts with `/..`; cgroup_namespaces(7).
		if (mount === undefined || path.startsWith('/..')) return {controller, path, folder: undefined, files: {}};
		const folder = `${mount.target}${path.slice(mount.root === '/' ? 0 : mount.root.length)}`.replace(/\/$/, '');
		// The root of a hierarchy has no limits.
		if (path === '/') return {controller, path, folder, files: {}};
		const files = [...controllers.flatMap(name => limitFiles[name] ?? []), 'cgroup.procs'].flatMap(file => {
			const text = textOf(`${folder}/${file}`)?.trim();
			return text === undefined ? [] : [[file, file === 'cgroup.procs' ? String(wordsOf(text).length) : text]];
		});
		return {controller, path, folder, files: Object.fromEntries(files) as CgroupShown['files']};
	});
}

function isBelow(path: string, root: string): boolean {
	return root === '/' || path === root || path.startsWith(`${root}/`);
}

/** The words of a line of a kernel file. */
export function wordsOf(line: string | undefined): readonly string[] {
	return (line ?? '').split(/\s+/).filter(word => word !== '');
}
