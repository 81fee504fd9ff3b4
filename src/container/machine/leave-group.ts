import type {Machine} from './machine.ts';
import {supervisorFolder} from '../../plan/cgroup/plan-cgroup.ts';

/**
 * Moves this process out of the group that systemd gave to an ordinary user, into the one for tsbox itself, where whatever
 * it starts is too: a group that hands out controllers may hold no process (cgroup-v2.rst, "No Internal Process Constraint"),
 * and a plan moves only the one that carries it out. Does nothing where there is no such group.
 */
export function leaveGroup({host, facts}: Pick<Machine, 'host' | 'facts'>): void {
	const folder = supervisorFolder(facts);
	if (folder === null) return;
	host.mkdirs(folder, 0o755);
	host.writeKernelFile(`${folder}/cgroup.procs`, '0');
}
