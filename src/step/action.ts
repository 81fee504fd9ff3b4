import type {ToolName} from '../host/facts.ts';

/** One row of an fstab(5) that the container's mounts are made from. */
export interface MountRow {
	readonly source: string;
	/** Absolute, as seen by the mount(8) that reads the row. */
	readonly target: string;
	readonly type: string;
	readonly options: readonly string[];
	/** Why this row is there, a few words. */
	readonly why: string;
}

/** How a command of a container step finds its tool: by host path before the root is changed, from the toolbox after. */
export type ToolPlace = 'host' | 'toolbox';

/** All that tsbox knows how to do to a machine; each member renders as one shell command or a few lines of sh. */
export type Action =
	/** Makes one folder; its parent exists. */
	| {readonly kind: 'mkdir'; readonly path: string; readonly mode: number; readonly existOk: boolean}
	/** Removes an empty folder; gone already is fine. */
	| {readonly kind: 'rmdir'; readonly path: string}
	/** Removes a folder and all below it on the same filesystem; gone already is fine. */
	| {readonly kind: 'removeTree'; readonly path: string}
	/** Writes a value to a file of the kernel (cgroupfs, /proc/sys), one write(2). */
	| {readonly kind: 'write'; readonly path: string; readonly value: string}
	/** Copies the value of one kernel file to another when that is empty (cpuset.mems of a new v1 cgroup). */
	| {readonly kind: 'inherit'; readonly from: string; readonly path: string}
	/** Kills what is in the cgroups, waits until they are empty, removes them, deepest first. */
	| {readonly kind: 'removeCgroups'; readonly paths: readonly string[]; readonly kill: CgroupKill}
	/** Unpacks an archive into a folder, in a sealed root of its own. */
	| {readonly kind: 'unpack'; readonly archive: string; readonly digest: string; readonly target: string}
	/** Copies a folder with all its attributes. */
	| {readonly kind: 'copyTree'; readonly from: string; readonly to: string}
	/** Copies the host tools a container is set up with into one folder. */
	| {readonly kind: 'copyTools'; readonly files: readonly string[]; readonly to: string}
	/** Starts the first process: joins the cgroups, then unshare(1) (when there are new namespaces) runs the container side. */
	| {readonly kind: 'start'; readonly cgroups: readonly string[]; readonly unshare: readonly string[]}
	/** Ends the container's processes. */
	| {readonly kind: 'stop'; readonly kill: CgroupKill}
	/** Mounts the rows in one mount(8) call: `mount -a -T <name>.fstab`. */
	| {
			readonly kind: 'mountTable';
			readonly name: 'before' | 'after';
			readonly place: ToolPlace;
			readonly rows: readonly MountRow[];
	  }
	/** Unmounts, host side, what a mountTable made in the host's own mount namespace. */
	| {readonly kind: 'unmountTree'; readonly path: string}
	/** Runs one tool. */
	| {readonly kind: 'run'; readonly tool: ToolName; readonly args: readonly string[]; readonly place: ToolPlace}
	/** Refuses a root filesystem in which one of these is there and is not a plain folder; makes the missing ones. */
	| {readonly kind: 'plainFolders'; readonly root: string; readonly names: readonly string[]}
	/** Makes the mount points that are missing in the container; refuses one that is a symlink. */
	| {readonly kind: 'mountPoints'; readonly folders: readonly string[]; readonly files: readonly string[]}
	/** Makes empty files (mount points for devices). */
	| {readonly kind: 'touch'; readonly paths: readonly string[]}
	/** Changes the root: pivot_root(8), working directory into the toolbox, old root let go. */
	| {readonly kind: 'pivotRoot'; readonly newRoot: string; readonly toolbox: string; readonly putOld: string}
	/** Changes the root: chroot(8). */
	| {readonly kind: 'chroot'; readonly newRoot: string; readonly toolbox: string}
	/** Finds the user and its groups in the container's own /etc/passwd and /etc/group. */
	| {readonly kind: 'lookupUser'; readonly user: string; readonly groups: readonly string[]}
	/** Replaces the first process by setpriv(1) and a shell that waits at the gate. */
	| {readonly kind: 'dropPrivileges'; readonly args: readonly string[]; readonly ids: UserIds | null}
	/** Opens the gate: the waiting shell becomes the command. */
	| {
			readonly kind: 'exec';
			readonly cwd: string;
			readonly args: readonly string[];
			readonly env: readonly string[];
			readonly init: InitKind;
	  };

/** Whom the command runs as. */
export interface UserIds {
	readonly uid: number;
	readonly gid: number;
	/** Without the primary gid, which setpriv gets first. */
	readonly groups: readonly number[];
}

/** Who is process 1: the command itself, a reaper of the host (through the toolbox), or the waiting shell. */
export type InitKind = 'none' | 'tini' | 'catatonit' | 'sh';

/** The surest way to kill a whole cgroup on this host: cgroup.kill, or freeze, signal each, thaw, or signal until none is left. */
export type CgroupKill =
	| {readonly kind: 'cgroup.kill'; readonly path: string}
	| {readonly kind: 'freezer'; readonly path: string}
	| {readonly kind: 'procs'; readonly path: string}
	| {readonly kind: 'none'};
