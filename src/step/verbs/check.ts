import type {NamespaceKind} from '../../spec/model/project.ts';
import type {IdMapRow, UserMap} from '../../host/id-map.ts';
import type {CgroupMember} from './cgroup-member.ts';

/** ADDR_NO_RANDOMIZE of personality(2). */
export const addressNoRandomize = 0x40000;

/**
 * What the kernel must show after a step, whatever the exit status of a tool was. Checks with a `path` read the host.
 * Checks of `/proc/PID` read the container's first process from outside, at the gate. The container side reads
 * `readBack` values and sends them over the status pipe.
 */
export type Check =
	| {readonly kind: 'folder'; readonly path: string}
	| {readonly kind: 'value'; readonly path: string; readonly equals: string}
	/** A row of /proc/PID/mountinfo with all of these options, of the mount or of its superblock. */
	| {readonly kind: 'mount'; readonly target: string; readonly type: string; readonly options: readonly string[]}
	/** The mount on this target shows a folder or a file whose path in its filesystem ends like this. */
	| {readonly kind: 'mountRoot'; readonly target: string; readonly endsWith: string}
	/** The mount points of /proc/PID/mountinfo are these and no others. */
	| {readonly kind: 'onlyMounts'; readonly targets: readonly string[]}
	/** /proc/PID/root is this folder of the host. */
	| {readonly kind: 'root'; readonly path: string}
	/** /proc/PID/net/dev has this network device. */
	| {readonly kind: 'interface'; readonly name: string}
	/** /proc/HOLDER/net/dev has this network device; the file begins with the number of that process. */
	| {readonly kind: 'deviceInside'; readonly file: string; readonly name: string}
	/** The process runs whose number the file begins with, followed by the time of its start. */
	| {readonly kind: 'processOf'; readonly file: string}
	/** /proc/PID/net/fib_trie, or if_inet6, has this address, which is the process's own. */
	| {readonly kind: 'address'; readonly address: string}
	/** /proc/PID/ns/KIND is not the host's. */
	| {readonly kind: 'namespaces'; readonly kinds: readonly NamespaceKind[]}
	/** /proc/PID/ns/KIND is this namespace: `net:[4026532200]`. */
	| {
			readonly kind: 'joined';
			readonly namespaces: readonly {readonly kind: NamespaceKind; readonly id: string}[];
	  }
	/** /proc/PID/cgroup names the container's cgroup in each hierarchy. */
	| {readonly kind: 'cgroups'; readonly members: readonly CgroupMember[]}
	/** The rows of /proc/PID/uid_map and gid_map; each may be longer than here. */
	| {readonly kind: 'idMap'; readonly uids: readonly IdMapRow[]; readonly gids: readonly IdMapRow[]}
	/** Fields of /proc/PID/status. */
	| {readonly kind: 'status'; readonly fields: Readonly<Record<string, string>>}
	/** The ids in /proc/PID/status are those of lookupUser, as the map shows them to the host. */
	| {readonly kind: 'lookedUpIds'; readonly map: UserMap | null}
	/** /proc/PID/limits. */
	| {readonly kind: 'rlimit'; readonly name: string; readonly soft: number; readonly hard: number}
	/** /proc/PID/personality has this flag of personality(2). */
	| {readonly kind: 'personality'; readonly flag: number}
	/** /proc/PID/timens_offsets: the clocks of the process began when it started. */
	| {readonly kind: 'clocks'}
	| {readonly kind: 'oomScoreAdj'; readonly equals: number}
	/** /proc/PID/status: one seccomp filter more than tsbox itself has. */
	| {readonly kind: 'seccomp'}
	/** /proc/PID/attr/current, which an LSM fills: an AppArmor profile followed by its mode, or an SELinux context. */
	| {readonly kind: 'label'; readonly equals: string}
	| {readonly kind: 'readBack'; readonly path: string; readonly equals: string};
