import type {Host} from '../host/host.ts';
import {kernelText} from '../host/files/kernel-text.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {
	blkioBytes,
	ioStatBytes,
	limitNumber,
	namedNumber,
	networkBytes,
	somePressure,
	type Traffic,
	usedMemory,
	wholeNumber,
} from './usage-fields.ts';

/** A container's current resource use; null where the kernel does not count it. */
export interface Usage {
	/** Bytes; a null limit means unlimited. */
	readonly memory: {readonly used: number; readonly limit: number | null} | null;
	/** Threads, as the pids controller counts; a null limit means unlimited. */
	readonly pids: {readonly current: number; readonly limit: number | null} | null;
	readonly block: Traffic | null;
	/** Percent of the last 10 s in which a task of the container waited for the resource. */
	readonly pressure: {readonly cpu: number | null; readonly memory: number | null};
}

/** The container's folder in a controller's v1 hierarchy; undefined when v1 does not have the controller. */
function v1Folder(members: readonly CgroupMember[], controller: string): string | undefined {
	return members.find(member => member.controller === controller)?.path;
}

/** The container's folder in the unified hierarchy. In a hybrid layout it has no controllers but counts CPU time and pressure. */
function unifiedFolder(members: readonly CgroupMember[]): string | undefined {
	return members.find(member => member.controller === '')?.path;
}

/**
 * Total CPU time of the container so far, ns; null when nothing counts it. Comes from cpuacct.usage, which is in the folder of `cpu`
 * when both controllers are mounted together, or from usage_usec in cpu.stat.
 */
export function cpuTime(host: Host, members: readonly CgroupMember[]): number | null {
	const v1 = v1Folder(members, 'cpuacct') ?? v1Folder(members, 'cpu');
	const counted = v1 === undefined ? null : wholeNumber(kernelText(host, `${v1}/cpuacct.usage`));
	if (counted !== null) return counted;
	const unified = unifiedFolder(members);
	if (unified === undefined) return null;
	const microseconds = namedNumber(kernelText(host, `${unified}/cpu.stat`), 'usage_usec');
	return microseconds === null ? null : microseconds * 1000;
}

/** Reads a container's resource use, except CPU time. */
export function readUsage(host: Host, members: readonly CgroupMember[]): Usage {
	const unified = unifiedFolder(members);
	return {
		memory: memoryUse(host, members),
		pids: pidsUse(host, v1Folder(members, 'pids') ?? unified),
		block: blockUse(host, members),
		pressure: {cpu: pressureOf(host, unified, 'cpu'), memory: pressureOf(host, unified, 'memory')},
	};
}

/** Memory use and limit, as in {@link readUsage}. */
export function memoryUse(host: Host, members: readonly CgroupMember[]): Usage['memory'] {
	const v1 = v1Folder(members, 'memory');
	const folder = v1 ?? unifiedFolder(members);
	if (folder === undefined) return null;
	const [usage, limit, inactive] =
		v1 === undefined
			? ['memory.current', 'memory.max', 'inactive_file']
			: ['memory.usage_in_bytes', 'memory.limit_in_bytes', 'total_inactive_file'];
	const current = wholeNumber(kernelText(host, `${folder}/${usage}`));
	if (current === null) return null;
	const used = usedMemory(current, namedNumber(kernelText(host, `${folder}/memory.stat`), inactive));
	return {used: used ?? current, limit: limitNumber(kernelText(host, `${folder}/${limit}`))};
}

function pidsUse(host: Host, folder: string | undefined): Usage['pids'] {
	const current = folder === undefined ? null : wholeNumber(kernelText(host, `${folder}/pids.current`));
	return current === null ? null : {current, limit: limitNumber(kernelText(host, `${folder}/pids.max`))};
}

/** Bytes read from and written to disks, as in {@link readUsage}. */
export function blockUse(host: Host, members: readonly CgroupMember[]): Traffic | null {
	const v1 = v1Folder(members, 'blkio');
	if (v1 !== undefined) {
		const counted = (by: string) => blkioBytes(kernelText(host, `${v1}/blkio.${by}.io_service_bytes_recursive`));
		return counted('throttle') ?? counted('bfq');
	}
	const unified = unifiedFolder(members);
	return unified === undefined ? null : ioStatBytes(kernelText(host, `${unified}/io.stat`));
}

function pressureOf(host: Host, folder: string | undefined, what: 'cpu' | 'memory'): number | null {
	return folder === undefined ? null : somePressure(kernelText(host, `${folder}/${what}.pressure`));
}

/** Traffic of a process's network namespace without lo, bytes; null when it cannot be read. */
export function networkUse(host: Host, pid: number): Traffic | null {
	return networkBytes(kernelText(host, `/proc/${pid}/net/dev`));
}
