import type {Host} from '../host/host.ts';
import {kernelHead, kernelNames, kernelText} from '../host/files/kernel-text.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {pidDepth, type ProcessFacts, processFacts} from './process-fields.ts';

/** How much of a command line is read, bytes: a process may give itself one of any length. */
const commandLength = 4096;

/**
 * The processes of a container by number: those in its cgroup and in the groups below, or without a cgroup its first
 * process and the descendants of that. Only the first way finds what `exec` started.
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

/** The process numbers in the first hierarchy that shows some, the unified one before v1's; undefined where none does. */
export function cgroupPids(host: Host, members: readonly CgroupMember[]): readonly number[] | undefined {
	const unifiedFirst = members.toSorted((a, b) => Number(b.controller === '') - Number(a.controller === ''));
	for (const {path} of unifiedFirst) {
		const pids = pidsBelow(host, path);
		if (pids.length > 0) return pids;
	}
	return undefined;
}

/** Nothing in cgroupfs is a symlink. A threaded group tells no processes: those are listed above it (cgroups(7)). */
function pidsBelow(host: Host, folder: string): readonly number[] {
	const below = kernelNames(host, folder)
		.map(name => `${folder}/${name}`)
		.filter(path => host.lstat(path)?.kind === 'directory');
	return [...numbers(kernelText(host, `${folder}/cgroup.procs`)), ...below.flatMap(path => pidsBelow(host, path))];
}

/** A process and all that descend from it, by the children of its threads; proc_pid_task(5). */
function descendants(host: Host, first: number): readonly number[] {
	const found = new Set([first]);
	// A set that grows while it is walked is walked to its new end.
	for (const pid of found)
		for (const thread of kernelNames(host, `/proc/${pid}/task`))
			for (const child of numbers(kernelText(host, `/proc/${pid}/task/${thread}/children`))) found.add(child);
	return [...found];
}

/** 0 stands for a process that the caller's pid namespace has no number for. */
function numbers(text: string | undefined): readonly number[] {
	return (text ?? '')
		.split(/\s+/)
		.map(Number)
		.filter(pid => pid > 0);
}

/** Undefined when the process has ended meanwhile. */
function readProcess(host: Host, pid: number, depth: number): ProcessFacts | undefined {
	const stat = kernelText(host, `/proc/${pid}/stat`);
	const status = kernelText(host, `/proc/${pid}/status`);
	if (stat === undefined || status === undefined) return undefined;
	const cmdline = kernelHead(host, `/proc/${pid}/cmdline`, commandLength);
	const uidMap = kernelText(host, `/proc/${pid}/uid_map`);
	return processFacts({stat, status, cmdline, uidMap}, depth);
}
