import type {Machine} from './machine.ts';
import {supervisorFolder} from '../../plan/cgroup/plan-cgroup.ts';

/**
 * Moves this process from the cgroup that systemd delegated to the user into a child cgroup for tsbox, and with it all programs
 * started later. A cgroup that enables controllers for children may hold no process itself (cgroup-v2.rst, "No Internal
 * Process Constraint"), and a plan moves only the process that executes it. Does nothing without a delegated cgroup.
 */
export function leaveGroup({host, facts}: Pick<Machine, 'host' | 'facts'>): void {
	const folder = supervisorFolder(facts);
	if (folder === null) return;
	host.mkdirs(folder, 0o755);
	host.writeKernelFile(`${folder}/cgroup.procs`, '0');
}
