import type {Host} from '../host/host.ts';
import {capabilitiesIn, capabilitiesUpTo} from '../host/probe/capabilities.ts';
import {type MountInfo, parseMountinfo} from '../host/probe/mountinfo.ts';
import {namespaceFiles} from '../host/probe/namespaces.ts';
import {statusFields} from '../host/probe/process-status.ts';
import {type NamespaceKind, namespaceKinds} from '../spec/model/project.ts';
import {ipv4Addresses, ipv4Routes, ipv6Addresses} from './network-fields.ts';
import {type CgroupShown, cgroupsIn, hierarchiesIn, wordsOf} from './snapshot-cgroups.ts';
import {type SnapshotTexts, snapshotTexts} from './snapshot-texts.ts';

/** A mount as a process sees it. */
export interface MountShown {
	readonly id: number;
	readonly target: string;
	readonly source: string;
	/** The folder inside the filesystem that is mounted; `/` unless it is a bind mount. */
	readonly folder: string;
	readonly type: string;
	/** Options of the mount. */
	readonly options: readonly string[];
	/** Options of the filesystem. */
	readonly superOptions: readonly string[];
	/** `shared:5`, `master:1`; empty for a private mount. */
	readonly propagation: readonly string[];
}

/** The capability sets of a process; capabilities(7). */
export const capabilitySets = ['effective', 'permitted', 'inheritable', 'bounding', 'ambient'] as const;

/** What the kernel shows of one process at one moment. It is plain data, which run records keep as JSON. */
export interface Snapshot {
	readonly pid: number;
	/** The pid in each pid namespace, outermost first. */
	readonly nspid: readonly number[];
	/** Empty and 0 where the caller may not look. */
	readonly root: {readonly path: string; readonly device: number; readonly inode: number};
	/** The inode number of each namespace that the kernel has and the caller may see. */
	readonly namespaces: Readonly<Partial<Record<NamespaceKind, string>>>;
	readonly mounts: readonly MountShown[];
	readonly cgroups: readonly CgroupShown[];
	/** Names as `CAP_CHOWN`. */
	readonly capabilities: Readonly<Record<(typeof capabilitySets)[number], readonly string[]>>;
	/** Effective ids as the caller's user namespace shows them, and the maps of the process's user namespace. */
	readonly ids: {
		readonly uid: number;
		readonly gid: number;
		readonly groups: readonly number[];
		/** Rows of `inside outside count`, separated by `, `. */
		readonly uidMap: string;
		readonly gidMap: string;
	};
	/** Linux before 5.9 does not show the number of filters: then it is 0. */
	readonly seccomp: {readonly mode: 'off' | 'strict' | 'filter'; readonly filters: number};
	readonly noNewPrivileges: boolean;
	/** Undefined when the process has a UTS namespace that is not the caller's: no file of /proc shows its name. */
	readonly hostname: string | undefined;
	/** The number of processes in its pid namespace; undefined when no proc filesystem that shows it is within reach. */
	readonly processes: number | undefined;
	readonly interfaces: readonly {readonly name: string; readonly addresses: readonly string[]}[];
}

/**
 * Reads what the kernel shows of a process. Undefined when the process is gone, also when it ends meanwhile. It takes about a
 * millisecond, starts no program, and changes nothing.
 */
export function readSnapshot(host: Host, pid: number): Snapshot | undefined {
	const texts = snapshotTexts(host)(pid);
	return texts && snapshotOf(texts);
}

/** The snapshot that the texts of a process show. The texts may come from a record that anybody wrote. */
export function snapshotOf(texts: SnapshotTexts): Snapshot {
	const text = (key: string): string => texts[key] ?? '';
	const status = statusFields(text('status'));
	const [device, inode] = wordsOf(text('root.stat'));
	return {
		pid: numberOf(text('pid')),
		nspid: wordsOf(status['NSpid']).map(Number),
		root: {path: text('root'), device: numberOf(device), inode: numberOf(inode)},
		namespaces: Object.fromEntries(
			namespaceKinds.flatMap(kind => {
				const number = /\[(\d+)\]/.exec(text(`ns/${namespaceFiles[kind]}`))?.[1];
				return number === undefined ? [] : [[kind, number]];
			}),
		),
		mounts: parseMountinfo(text('mountinfo')).map(mountShown),
		cgroups: cgroupsIn(text('cgroup'), hierarchiesIn(text('hierarchies')), path => texts[path]),
		capabilities: capabilitiesOf(status, numberOf(text('cap_last_cap'))),
		ids: {
			uid: numberOf(wordsOf(status['Uid'])[1]),
			gid: numberOf(wordsOf(status['Gid'])[1]),
			groups: wordsOf(status['Groups']).map(Number),
			uidMap: rowsOf(text('uid_map')),
			gidMap: rowsOf(text('gid_map')),
		},
		seccomp: {
			mode: (['off', 'strict', 'filter'] as const)[numberOf(status['Seccomp'])] ?? 'off',
			filters: numberOf(status['Seccomp_filters']),
		},
		noNewPrivileges: status['NoNewPrivs'] === '1',
		hostname: texts['hostname']?.trim(),
		processes: texts['processes'] === undefined ? undefined : numberOf(texts['processes']),
		interfaces: interfacesOf(text),
	};
}

function mountShown({id, target, source, root, type, options, superOptions, propagation}: MountInfo): MountShown {
	return {id, target, source, folder: root, type, options, superOptions, propagation};
}

function capabilitiesOf(status: Readonly<Record<string, string>>, last: number): Snapshot['capabilities'] {
	// A mask has 64 bits. The number may be from a record that anybody wrote.
	const known = capabilitiesUpTo(Math.min(63, last));
	const set = (field: string): readonly string[] => capabilitiesIn(status[field] ?? '', known);
	return {
		effective: set('CapEff'),
		permitted: set('CapPrm'),
		inheritable: set('CapInh'),
		bounding: set('CapBnd'),
		ambient: set('CapAmb'),
	};
}

/** The numbers of a uid_map in one line. */
function rowsOf(map: string): string {
	return map
		.split('\n')
		.filter(row => row.trim() !== '')
		.map(row => wordsOf(row).join(' '))
		.join(', ');
}

function interfacesOf(text: (key: string) => string): Snapshot['interfaces'] {
	const ipv4 = ipv4Addresses(text('net/fib_trie'), ipv4Routes(text('net/route')));
	const all = [
		...ipv4.map(({address, prefix, interface: name = '?'}) => ({
			name,
			address: prefix === undefined ? address : `${address}/${prefix}`,
		})),
		...ipv6Addresses(text('net/if_inet6')).map(({interface: name, address}) => ({name, address})),
	];
	const names = [...text('interfaces').split('\n').filter(Boolean), ...all.map(({name}) => name)];
	return [...new Set(names)].map(name => ({
		name,
		addresses: all.filter(each => each.name === name).map(({address}) => address),
	}));
}

/** A number of a kernel file; 0 when it is missing. */
function numberOf(text: string | undefined): number {
	return Number(text ?? 0) || 0;
}
