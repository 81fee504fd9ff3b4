import type {Host} from '../host/host.ts';
import {kernelHead, kernelNames, kernelText} from '../host/files/kernel-text.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {pidDepth, type ProcessFacts, processFacts} from './process-fields.ts';

/** How much of a command line is read, bytes; a process can give itself one of any length. */
const commandLength = 4096;

/**
 * The processes of a container by pid: those in its cgroup and the cgroups below. Without a cgroup: its first process and all
 * descendants, which misses the processes that `exec` started.
 */
export function containerProcesses(
	host: Host,
	members: readonly CgroupMember[],
	first: number,
): readonly ProcessFacts[] {
	const depth = pidDepth(kernelText(host, `/proc/${first}/status`) ?? '');
	const pids = cgroupPids(host, members) ?? descendants(host, first);
	return [...new Set(pids)]
		.toSorted((a, b) => a - b)
		.flatMap(pid => {
			const facts = readProcess(host, pid, depth);
			return facts === undefined ? [] : [facts];
		});
}

/** The pids of the first hierarchy that shows any, the unified one before v1's; undefined when none does. */
export function cgroupPids(host: Host, members: readonly CgroupMember[]): readonly number[] | undefined {
	const unifiedFirst = members.toSorted((a, b) => Number(b.controller === '') - Number(a.controller === ''));
	for (const {path} of unifiedFirst) {
		const pids = pidsBelow(host, path);
		if (pids.length > 0) return pids;
	}
	return undefined;
}

/** Walks the child cgroups; cgroupfs has no symlinks. A threaded cgroup lists no processes: its parent does (cgroups(7)). */
function pidsBelow(host: Host, folder: string): readonly number[] {
	const below = kernelNames(host, folder)
		.map(name => `${folder}/${name}`)
		.filter(path => host.lstat(path)?.kind === 'directory');
	return [...numbers(kernelText(host, `${folder}/cgroup.procs`)), ...below.flatMap(path => pidsBelow(host, path))];
}

/** A process and all its descendants, through the children of its threads; proc_pid_task(5). */
export function descendants(host: Host, first: number): readonly number[] {
	const found = new Set([first]);
	// Iterating over a Set also visits the elements that are added meanwhile.
	for (const pid of found)
		for (const thread of kernelNames(host, `/proc/${pid}/task`))
			for (const child of numbers(kernelText(host, `/proc/${pid}/task/${thread}/children`))) found.add(child);
	return [...found];
}

/** Leaves out 0, which stands for a process outside the caller's pid namespace. */
function numbers(text: string | undefined): readonly number[] {
	return (text ?? '')
		.split(/\s+/)
		.map(Number)
		.filter(pid => pid > 0);
}

/** Undefined when the process has ended in the meantime. */
function readProcess(host: Host, pid: number, depth: number): ProcessFacts | undefined {
	const stat = kernelText(host, `/proc/${pid}/stat`);
	const status = kernelText(host, `/proc/${pid}/status`);
	if (stat === undefined || status === undefined) return undefined;
	const cmdline = kernelHead(host, `/proc/${pid}/cmdline`, commandLength);
	const uidMap = kernelText(host, `/proc/${pid}/uid_map`);
	return processFacts({stat, status, cmdline, uidMap}, depth);
}
