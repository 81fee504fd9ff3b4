import type {Host} from '../host/host.ts';
import {processCgroups} from '../host/probe/process-status.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';

/**
 * Moves this process, in the background, to the cgroup where it already is. If no process was moved lately, a move
 * makes the kernel wait for an RCU grace period (4 to 8 ms): percpu_down_write(&cgroup_threadgroup_rwsem) in
 * kernel/cgroup/cgroup.c. This early move takes the wait, which is over when the container's first process joins its
 * cgroup.
 */
export function hintCgroupMove(host: Host, members: readonly CgroupMember[]): void {
	const [member] = members;
	if (member === undefined) return;
	const own = processCgroups(host.readText('/proc/self/cgroup') ?? '').find(({controllers}) =>
		controllers.includes(member.controller),
	);
	if (own === undefined) return;
	const mount = member.path.slice(0, -member.cgroup.length);
	host.hintKernelFile(`${mount}${own.path}/cgroup.procs`, '0');
}
