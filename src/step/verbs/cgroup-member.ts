/** The container's cgroup in one hierarchy: a line of /proc/PID/cgroup without its number. */
export interface CgroupMember {
	/** `memory`, `name=systemd`, or the empty string for the unified hierarchy. */
	readonly controller: string;
	/** The path in that hierarchy: `/tsbox/demo`. */
	readonly cgroup: string;
	/** The folder: `/sys/fs/cgroup/memory/tsbox/demo`. */
	readonly path: string;
}

/**
 * The file to which a process writes 0 to join. On v1, 0 in `tasks` moves the writing thread alone and avoids the RCU grace period (4 to
 * 15 ms) that moving a whole process costs: cgroup_procs_write_start in kernel/cgroup/cgroup.c. The result is the same for a process
 * with a single thread, such as sh.
 */
export function joinFile({path, controller}: CgroupMember): string {
	return `${path}/${controller === '' ? 'cgroup.procs' : 'tasks'}`;
}
