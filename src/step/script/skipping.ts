import type {Step} from '../verbs/step.ts';

/** Whether a user who goes through a start step by step may leave a step out. */
export type Skipping =
	| {readonly can: true /** What the container lacks without the step. */; readonly without: string}
	| {readonly can: false; readonly why: string};

/** What is missing without a step, by its id. Only steps that no later step relies on are here. */
const without: Readonly<Record<string, string>> = {
	'cgroup.memory': 'it may use all memory of the machine',
	'cgroup.memory.reservation': 'the kernel takes its memory like that of any other process',
	'cgroup.swap': 'it may use all swap space of the machine',
	'cgroup.cpu': 'it may use all processors of the machine',
	'cgroup.cpu.period': 'its processor time is counted in other periods than planned',
	'cgroup.cpu.weight': 'it competes for processor time like any other container',
	'cgroup.cpuset': 'it runs on all processors',
	'cgroup.pids': 'a fork bomb in it can use up the process numbers of the machine',
	'cgroup.io': 'it may keep the disk busy',
	'mounts.links': 'programs that open /dev/stdout or /dev/fd fail',
	'mounts.hide': 'it sees the home folders, keys, and sockets of the host',
	'mounts.after': 'it has no devices, no /sys, no /dev/shm, and none of its volumes',
	'uts.hostname': 'it has the hostname of the host',
	'uts.domainname': 'it has the domain name of the host',
	'network.loopback': 'nothing in it can connect to 127.0.0.1',
	'network.veth': 'it has no way to the host or to the network',
	'process.rlimits': 'its processes have the resource limits of your shell',
	'process.raise': 'its hard limits stay as low as those of your shell',
	'process.oom': 'the kernel kills it in its usual turn when the machine has no memory left',
};

/** The same, by the start of the id. */
const withoutOneOf: Readonly<Record<string, string>> = {
	'sysctl.': 'the kernel setting keeps its default',
	'root.readonly': 'its root filesystem can be written',
	'mounts.bind.': 'the files of the volume are not in it',
};

/** Why the steps cannot be skipped that a user may want to skip. */
const needed: Readonly<Record<string, string>> = {
	start: 'it starts the first process, without which there is no container',
	exec: 'it starts the command; quit instead',
	pivotRoot: 'without it the next steps would change the files of the host',
	chroot: 'without it the next steps would change the files of the host',
	dropPrivileges: 'the shell that it starts waits for the command',
	enterNamespaces: 'the next steps are done as root of the user namespace that it makes',
};

/** Steps that rely on another step, which otherwise may be skipped, by the id of that one. */
const reliers: Readonly<Record<string, {readonly step: (other: Step) => boolean; readonly why: string}>> = {
	'cgroup.memory': {
		step: ({action}) => action.kind === 'write' && action.path.includes('.memsw.'),
		why: 'on cgroup v1 the limit of memory and swap together needs it',
	},
	'cgroup.cpuset': {
		step: ({checks}) => checks.some(check => check.kind === 'status' && 'Cpus_allowed_list' in check.fields),
		why: 'a reproducible run needs its processors, which are checked later',
	},
};

/** Whether a step of a start may be skipped. */
export function skippingOf({id, action}: Step, steps: readonly Step[]): Skipping {
	const missing =
		without[id] ??
		Object.entries(withoutOneOf).find(([start]) => id.startsWith(start))?.[1] ??
		(action.kind === 'fillVolume' ? 'the new volume stays empty' : undefined);
	const reliesOn = reliers[id];
	if (reliesOn !== undefined && steps.some(reliesOn.step)) return {can: false, why: reliesOn.why};
	return missing === undefined
		? {can: false, why: needed[action.kind] ?? 'the next steps rely on it'}
		: {can: true, without: missing};
}
