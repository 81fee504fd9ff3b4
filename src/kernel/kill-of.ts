import type {Host} from '../host/host.ts';
import type {CgroupKill} from '../step/verbs/cgroups.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';

/**
 * Chooses how to kill all processes of a running container from the cgroup files that exist: cgroup.kill (Linux 5.14), else
 * the v1 freezer, else one process after another. The plan makes the same choice from the host's facts.
 */
export function killOf(host: Host, members: readonly CgroupMember[]): CgroupKill {
	const unified = members.find(({controller}) => controller === '');
	if (unified !== undefined && host.lstat(`${unified.path}/cgroup.kill`) !== undefined)
		return {kind: 'cgroup.kill', path: unified.path};
	const freezer = members.find(({controller}) => controller === 'freezer');
	if (freezer !== undefined) return {kind: 'freezer', path: freezer.path};
	const first = unified ?? members[0];
	return first === undefined ? {kind: 'none'} : {kind: 'procs', path: first.path};
}
