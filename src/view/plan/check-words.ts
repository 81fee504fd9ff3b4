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
			return `/proc/PID/mountinfo has ${mountWord(check)} on ${check.target}${withOptions(check.options)}`;
		case 'mountRoot':
			return `/proc/PID/mountinfo has on ${check.target} a path that ends with ${check.endsWith}`;
		case 'onlyMounts':
			return `/proc/PID/mountinfo has only these mounts: ${check.targets.join(' ')}`;
		case 'root':
			return `/proc/PID/root is ${check.path}`;
		case 'interface':
			return `/proc/PID/net/dev has ${check.name}`;
		case 'deviceInside':
			return `/proc/$(cut -d ' ' -f 1 ${check.file})/net/dev has ${check.name}`;
		case 'processOf':
			return `the process that ${check.file} names runs`;
		case 'address':
			return `/proc/PID/net/${check.address.includes(':') ? 'if_inet6' : 'fib_trie'} has ${check.address}`;
		case 'namespaces':
			return `/proc/PID/ns/ differs from the host's in ${check.kinds.join(', ')}`;
		case 'joined':
			return `/proc/PID/ns/ has ${check.namespaces.map(({id}) => id).join(', ')}`;
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

/**
 * The checks of a step in words, shortened: folders share a line, mounts that are alike share a line, and the list of all
 * mounts is only counted, since the steps before it name them.
 */
export function shortCheckWords(checks: readonly Check[]): readonly string[] {
	const mounts = checks.filter(check => check.kind === 'mount');
	const folders = checks.filter(check => check.kind === 'folder');
	const joined = [
		...(folders.length > 2 ? [`these are folders: ${folders.map(({path}) => path).join(' ')}`] : []),
		...(mounts.length > 2 ? [mountRows(mounts)] : []),
	];
	const others = checks.filter(
		({kind}) => !((kind === 'mount' && mounts.length > 2) || (kind === 'folder' && folders.length > 2)),
	);
	return [...joined, ...others.map(oneCheck)];
}

function mountRows(mounts: readonly Extract<Check, {readonly kind: 'mount'}>[]): string {
	const alike = new Map<string, readonly string[]>();
	for (const mount of mounts) {
		const kind = `${mountWord(mount)}${withOptions(mount.options)}`;
		alike.set(kind, [...(alike.get(kind) ?? []), mount.target]);
	}
	const rows = [...alike].map(([kind, targets]) => `${kind} on ${targets.join(' ')}`);
	return [`/proc/PID/mountinfo has ${mounts.length} mounts:`, ...rows].join('\n');
}

function oneCheck(check: Check): string {
	return check.kind === 'onlyMounts'
		? `/proc/PID/mountinfo has only the ${check.targets.length} mounts that this plan makes`
		: checkWords(check);
}

function mountWord({type}: Extract<Check, {readonly kind: 'mount'}>): string {
	return type === '' ? 'a mount' : type;
}

function withOptions(options: readonly string[]): string {
	return options.length === 0 ? '' : ` (${options.join(',')})`;
}
