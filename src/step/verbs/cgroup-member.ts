/** The container's cgroup in one hierarchy: a line of /proc/PID/cgroup without its number. */
export interface CgroupMember {
	/** `memory`, `name=systemd`, or the empty string for the unified hierarchy. */
	readonly controller: string;
	/** The path in that hierarchy: `/tsbox/demo`. */
	readonly cgroup: string;
	/** The folder: `/sys/fs/cgroup/memory/tsbox/demo`. */
	readonly path: string;
}
