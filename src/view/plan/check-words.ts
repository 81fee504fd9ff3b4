import type {Check} from '../../step/verbs/check.ts';

/** A check in words, with the kernel file it reads: `/sys/fs/cgroup/tsbox/demo/memory.max is 104857600`. */
export function checkWords(check: Check): string {
	switch (check.kind) {
		case 'folder':
			return `${check.path} is a folder`;
		case 'value':
			return `${check.path} is ${check.equals}`;
		case 'readBack':
			return `${check.path}, read in the container, is ${check.equals}`;
		case 'mount':
			return `/proc/PID/mountinfo has ${check.type === '' ? 'a mount' : check.type} on ${check.target}${withOptions(check.options)}`;
		case 'onlyMounts':
			return `/proc/PID/mountinfo has only these mounts: ${check.targets.join(' ')}`;
		case 'namespaces':
			return `/proc/PID/ns/ differs from the host's in ${check.kinds.join(', ')}`;
		case 'cgroups':
			return `/proc/PID/cgroup names ${check.members.map(({controller, cgroup}) => `${controller}:${cgroup}`).join(' ')}`;
		case 'idMap':
			return `/proc/PID/uid_map is ${check.uids.map(({inside, outside, count}) => `${inside} ${outside} ${count}`).join(', ')}, and gid_map likewise`;
		case 'status':
			return `/proc/PID/status has ${Object.entries(check.fields)
				.map(([field, value]) => `${field} ${value}`)
				.join(', ')}`;
		case 'lookedUpIds':
			return '/proc/PID/status has the ids found in /etc/passwd and /etc/group';
		case 'rlimit':
			return `/proc/PID/limits has ${check.name} ${check.soft}:${check.hard}`;
		case 'seccomp':
			return '/proc/PID/status has Seccomp 2 (a filter), one filter more than tsbox itself';
		case 'label':
			return `/proc/PID/attr/current is ${check.equals}`;
		case 'personality':
			return `/proc/PID/personality has the bit ${check.flag.toString(16)}`;
		case 'clocks':
			return '/proc/PID/timens_offsets makes both clocks start at zero';
		case 'oomScoreAdj':
			return `/proc/PID/oom_score_adj is ${check.equals}`;
	}
}

function withOptions(options: readonly string[]): string {
	return options.length === 0 ? '' : ` (${options.join(',')})`;
}
