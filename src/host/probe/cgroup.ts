import {unlessForbidden} from '../errno.ts';
import type {CgroupFacts} from '../facts.ts';
import type {Host} from '../host.ts';
import type {MountInfo} from './mountinfo.ts';

/** Mount options of a v1 hierarchy that are not controllers; cgroups(7), kernel/cgroup/cgroup-v1.c. */
const notControllers: readonly string[] = ['rw', 'ro', 'xattr', 'noprefix', 'clone_children', 'cpuset_v2_mode'];

/** The kernel's own files in a cgroup2 folder. Skipping them by name saves a stat(2) for each, a millisecond in total. */
const kernelFile = /^(cgroup|cpu|cpuset|hugetlb|io|irq|memory|misc|pids|rdma)\./;

/** Reads how control groups are mounted. Writes nothing: files that only child cgroups have are looked for in existing children. */
export function readCgroups(host: Host, mounts: readonly MountInfo[], uid: number): CgroupFacts {
	const v1 = v1Mounts(mounts);
	const unified = mounts.find(({type}) => type === 'cgroup2')?.target ?? null;
	const controllers = Object.keys(v1).filter(name => !name.startsWith('name='));
	const folders = children(host, unified, uid);
	const delegated = uid === 0 ? null : delegatedPath(host, unified, uid);
	return {
		layout: layoutOf(controllers.length > 0, unified !== null),
		v1,
		unified,
		unifiedControllers: wordsOf(host, unified, 'cgroup.controllers'),
		unifiedEnabled: wordsOf(host, unified, 'cgroup.subtree_control'),
		swapAccounting: hasSwapAccounting(host, v1, unified, folders),
		ioWeightFile: ioWeightFile(host, v1, unified, folders),
		realtime: realtimeBudget(host, v1),
		killFile: unified !== null && hasKillFile(host, unified, folders),
		writable: uid === 0 ? isWritable(host, mounts, uid) : delegated !== null,
		delegated,
	};
}

function v1Mounts(mounts: readonly MountInfo[]): Readonly<Record<string, string>> {
	const found: Record<string, string> = {};
	for (const {type, target, superOptions} of mounts) {
		if (type !== 'cgroup') continue;
		for (const option of superOptions) {
			const isController = option.startsWith('name=') || !(notControllers.includes(option) || option.includes('='));
			// A hierarchy may be mounted twice. The first mount is the usual place.
			if (isController) found[option] ??= target;
		}
	}
	return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function layoutOf(v1: boolean, unified: boolean): CgroupFacts['layout'] {
	if (v1) return unified ? 'hybrid' : 'v1';
	return unified ? 'v2' : 'none';
}

function hasSwapAccounting(
	host: Host,
	v1: CgroupFacts['v1'],
	unified: string | null,
	folders: readonly string[],
): boolean {
	if (v1['memory'] !== undefined) return host.stat(`${v1['memory']}/memory.memsw.limit_in_bytes`) !== undefined;
	if (!wordsOf(host, unified, 'cgroup.controllers').includes('memory')) return false;
	const limited = folders.filter(child => host.stat(`${child}/memory.max`) !== undefined);
	// Without a child to check, assume that a kernel with swap counts it. Only swapaccount=0 turns that off.
	if (limited.length === 0) return host.stat('/proc/swaps') !== undefined;
	return limited.some(child => host.stat(`${child}/memory.swap.max`) !== undefined);
}

function ioWeightFile(
	host: Host,
	v1: CgroupFacts['v1'],
	unified: string | null,
	folders: readonly string[],
): string | null {
	if (v1['blkio'] !== undefined) {
		const root = host.list(v1['blkio']);
		if (root.includes('blkio.weight')) return 'blkio.weight';
		// The root has no weight of its own. BFQ's other files there show that its children have one.
		return root.some(name => name.startsWith('blkio.bfq.')) ? 'blkio.bfq.weight' : null;
	}
	// io.cost.qos exists only on the root. It belongs to the same controller as the children's io.weight.
	const ioCost = unified !== null && host.stat(`${unified}/io.cost.qos`) !== undefined;
	if (ioCost || folders.some(folder => host.stat(`${folder}/io.weight`) !== undefined)) return 'io.weight';
	return folders.some(folder => host.stat(`${folder}/io.bfq.weight`) !== undefined) ? 'io.bfq.weight' : null;
}

function realtimeBudget(host: Host, {cpu}: CgroupFacts['v1']): number | null {
	const budget = cpu === undefined ? 0 : Number(host.readText(`${cpu}/cpu.rt_runtime_us`) ?? 0);
	return budget > 0 ? budget : null;
}

function hasKillFile(host: Host, unified: string, [child]: readonly string[]): boolean {
	// The root never has cgroup.kill. cgroup.pressure, which the root has, is newer (Linux 6.1, not 5.14) and proves it too.
	return child === undefined
		? host.stat(`${unified}/cgroup.pressure`) !== undefined
		: host.stat(`${child}/cgroup.kill`) !== undefined;
}

function isWritable(host: Host, mounts: readonly MountInfo[], uid: number): boolean {
	const hierarchies = mounts.filter(({type}) => type === 'cgroup' || type === 'cgroup2');
	return (
		hierarchies.length > 0 &&
		// In a user namespace without the host's root, these folders belong to nobody.
		hierarchies.every(({target, options}) => options.includes('rw') && host.stat(target)?.uid === uid)
	);
}

/** The nearest cgroup above the caller that the caller owns: systemd chowns what it delegates. */
function delegatedPath(host: Host, unified: string | null, uid: number): string | null {
	const own = /^0::(\/.*)$/m.exec(host.readText('/proc/self/cgroup') ?? '')?.[1];
	if (unified === null || own === undefined) return null;
	for (let path = own; path !== '/' && path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
		const given = ['', '/cgroup.procs', '/cgroup.subtree_control'];
		if (given.every(file => host.stat(`${unified}${path}${file}`)?.uid === uid)) return path;
	}
	return null;
}

/** The child cgroups that this user may look into: an engine can have closed its own to all but root. */
function children(host: Host, folder: string | null, uid: number): readonly string[] {
	if (folder === null) return [];
	const isOpen = (path: string): boolean => unlessForbidden(() => [host.lstat(`${path}/cgroup.procs`)]) !== undefined;
	return host
		.list(folder)
		.filter(name => !kernelFile.test(name))
		.map(name => `${folder}/${name}`)
		.filter(path => host.lstat(path)?.kind === 'directory' && (uid === 0 || isOpen(path)));
}

function wordsOf(host: Host, folder: string | null, file: string): readonly string[] {
	if (folder === null) return [];
	return (host.readText(`${folder}/${file}`) ?? '')
		.split(/\s+/)
		.filter(word => word !== '')
		.sort();
}
