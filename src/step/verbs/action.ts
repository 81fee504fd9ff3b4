import type {ToolName} from '../../host/facts.ts';
import type {RangeMap} from '../../host/id-map.ts';
import type {VolumeFill} from '../../image/volume/fill-volume.ts';

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

/**
 * How a container step finds its tool: by host path before the root is changed, from the toolbox after. `gathered` is
 * the host as root of a mapped container sees it: its tables lie where they were gathered.
 */
export type ToolPlace = 'host' | 'gathered' | 'toolbox';

/** A limit of setrlimit(2), as prlimit(1) names it; -1 is unlimited. */
export interface ResourceLimit {
	readonly name: string;
	readonly soft: number;
	readonly hard: number;
}

/** All that tsbox knows how to do to a machine; each member renders as one shell command or a few lines of sh. */
export type Action =
	/** Makes folders, parents first; one that exists already is fine. The first folder gets `owner`. */
	| {
			readonly kind: 'mkdir';
			readonly paths: readonly string[];
			readonly mode: number;
			readonly owner?: readonly [uid: number, gid: number];
	  }
	/** Removes a folder and all below it on the same filesystem; gone already is fine. */
	| {readonly kind: 'removeTree'; readonly path: string}
	/** Writes a value to a file of the kernel (cgroupfs, /proc/sys), one write(2). */
	| {readonly kind: 'write'; readonly path: string; readonly value: string}
	/** Copies the value of one kernel file to another that is empty yet (cpuset.mems of a new v1 cgroup). */
	| {readonly kind: 'inherit'; readonly from: string; readonly path: string}
	/** Kills what is left in the cgroups, waits until they are empty and removes them, in this order; a parent in use by others stays. */
	| {
			readonly kind: 'removeCgroups';
			readonly paths: readonly string[];
			readonly parents: readonly string[];
			readonly kill: CgroupKill;
	  }
	/** Unpacks an archive into the store, in a sealed root of its own; with `ids` in a user namespace with that map. */
	| {
			readonly kind: 'unpack';
			readonly archive: string;
			readonly digest: string;
			readonly target: string;
			readonly ids?: RangeMap;
	  }
	/** Copies a folder with all its attributes; with `ids` each owner becomes the one that it stands for. */
	| {readonly kind: 'copyTree'; readonly from: string; readonly to: string; readonly ids?: RangeMap}
	/** Makes a named volume where there is none; without a record it must be there. While it is empty it gets `owner`. */
	| {
			readonly kind: 'makeVolume';
			readonly store: string;
			readonly name: string;
			readonly record: NewVolume | null;
			readonly owner?: readonly [uid: number, gid: number];
	  }
	/** Copies what an image has at a path into a volume that is empty; whoever its files belong to, see image/volume/fill-volume.ts. */
	| ({readonly kind: 'fillVolume'} & VolumeFill)
	/** Copies the host tools that containers are set up with into one folder of the store, and blanks the names of files that they would read from the container: host/programs/sealed-tools.ts. */
	| {readonly kind: 'copyTools'; readonly files: readonly string[]; readonly store: string; readonly to: string}
	/** Refuses a root filesystem in which one of these names is there and is not a plain folder; makes the missing ones in the first root. */
	| {readonly kind: 'plainFolders'; readonly roots: readonly string[]; readonly names: readonly string[]}
	/** Starts the first process: joins the cgroups, then unshare(1), where there are new namespaces, runs the container side. */
	| {
			readonly kind: 'start';
			readonly cgroups: readonly string[];
			/** unshare(1)'s arguments for the user namespace, which is made and mapped before the others so that they belong to its root. */
			readonly users: readonly string[];
			readonly unshare: readonly string[];
			readonly tty: boolean;
			/** Its time namespace counts from the start on: step/verbs/clock-words.ts. */
			readonly clocks?: true;
	  }
	/** Ends all processes of the container. */
	| {readonly kind: 'stop'; readonly kill: CgroupKill}
	/** Enters the new namespaces from one that root of the host has prepared: the user namespace first, then the others. */
	| {
			readonly kind: 'enterNamespaces';
			readonly users: readonly string[];
			readonly unshare: readonly string[];
			readonly tty: boolean;
			/** As in `start`. */
			readonly clocks?: true;
			/** The folder of the scripts, as seen by root of the container. */
			readonly conf: string;
	  }
	/** Mounts the rows in one mount(8) call: `mount -a -T NAME.fstab`. */
	| {
			readonly kind: 'mountTable';
			readonly name: 'gather' | 'reach' | 'before' | 'sources' | 'hide' | 'after';
			readonly place: ToolPlace;
			readonly rows: readonly MountRow[];
			/** Files of one line that rows bind from: their texts by their names in the container's folder. */
			readonly files?: Readonly<Record<string, string>>;
	  }
	/** Binds the pty that the first process has as its controlling terminal; its number is known only then. */
	| {readonly kind: 'bindTerminal'; readonly target: string}
	/** Unmounts what mountTable made in the host's own mount namespace. */
	| {readonly kind: 'unmountTree'; readonly path: string}
	/** Runs one tool. */
	| {
			readonly kind: 'run';
			readonly tool: ToolName;
			readonly args: readonly string[];
			readonly place: ToolPlace;
			/** A file of the kernel that is read back afterwards. */
			readonly reads?: string;
	  }
	/** Makes empty files: mount points for devices and files. */
	| {readonly kind: 'touch'; readonly paths: readonly string[]}
	/** Makes the mount points that are missing, inside the container's root; refuses one that is a symlink or of the wrong kind. */
	| {readonly kind: 'mountPoints'; readonly folders: readonly string[]; readonly files: readonly string[]}
	/** Makes the working directory when it is missing. */
	| {readonly kind: 'workingDirectory'; readonly path: string}
	/** pivot_root(8), run with the toolbox as working directory. */
	| {readonly kind: 'pivotRoot'; readonly newRoot: string; readonly toolbox: string; readonly putOld: string}
	/** chroot(8) into the new root; the rest of the container side runs there, with the toolbox as working directory. */
	| {readonly kind: 'chroot'; readonly newRoot: string; readonly toolbox: string}
	/** Sets the limits of the first process with prlimit(1). */
	| {readonly kind: 'rlimits'; readonly limits: readonly ResourceLimit[]; readonly hardOnly?: true}
	/** Finds the user and its groups in the container's own /etc/passwd and /etc/group. */
	| {readonly kind: 'lookupUser'; readonly user: string; readonly groups: readonly string[]}
	/** Writes one rule after the other to a file of the kernel, one write(2) each. */
	| {readonly kind: 'writeEach'; readonly path: string; readonly values: readonly string[]}
	/** Opens the compiled filter while its file can still be named: descriptor 8. */
	| {
			readonly kind: 'openFilter';
			/** struct sock_filter[] of seccomp(2), base64. */
			readonly filter: string;
			/** The same filter that asks a listener in place of refusing; it is the one that is opened. */
			readonly traced?: string;
	  }
	/** Starts so many processes that end at once: the numbers of those that follow are higher. */
	| {readonly kind: 'useNumbers'; readonly count: number}
	/** What dropPrivileges starts is run through setarch(1), so that memory is laid out the same each time: personality(2). */
	| {readonly kind: 'fixAddresses'}
	/** Replaces the first process by setpriv(1) and a shell that waits at the gate; ids null: those that lookupUser found. */
	| {
			readonly kind: 'dropPrivileges';
			readonly args: readonly string[];
			readonly ids: UserIds | null;
			/** The caller's own groups stay: a map of one id can't set any. */
			readonly keepGroups: boolean;
			/** After fixAddresses. */
			readonly fixedAddresses?: true;
			readonly landlock: readonly string[];
			readonly filter: FilterLoader | null;
	  }
	/** Opens the gate: the waiting shell becomes the command. */
	| ExecAction;

/** What is written down of a named volume, but for the time: a plan knows no clock. */
export interface NewVolume {
	readonly schema: 1;
	readonly name: string;
	/** The project that made it, and removes it with `down -v`; null for one that `volume create` made. */
	readonly project: string | null;
	/** Its key in the spec of that project; null as above. */
	readonly volume: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** The uid of the host that root of the container was for which it was made: its files belong to such ids; null as above. */
	readonly root: number | null;
	/** The process that it goes with, as ownerName() of image/ has it: of a run of `verify`. All others stay until they are removed. */
	readonly owner?: string;
}

/** How a seccomp filter is loaded. */
export interface FilterLoader {
	readonly loader: 'setpriv' | 'perl';
	readonly noNewPrivileges: boolean;
	/** A listener stays on descriptor 8 until the command starts: seccomp_unotify(2). */
	readonly listen?: true;
}

/** The last step: what the first process becomes. */
export interface ExecAction {
	readonly kind: 'exec';
	readonly cwd: string;
	readonly args: readonly string[];
	/** `NAME=value`; HOME is filled in by lookupUser where it is missing. */
	readonly env: readonly string[];
	readonly init: InitKind;
}

/** Whom the command runs as. */
export interface UserIds {
	readonly uid: number;
	readonly gid: number;
	/** The supplementary groups, the primary one included (CVE-2022-2989). */
	readonly groups: readonly number[];
}

/** Who is process 1: the command itself, a reaper of the host bound on /dev/init, or the waiting shell. */
export type InitKind = 'none' | 'bound' | 'sh';

/** The surest way to kill a whole cgroup here: cgroup.kill; freeze, signal each, thaw; or signal until none is left. */
export type CgroupKill =
	| {readonly kind: 'cgroup.kill'; readonly path: string}
	| {readonly kind: 'freezer'; readonly path: string}
	| {readonly kind: 'procs'; readonly path: string}
	| {readonly kind: 'none'};
