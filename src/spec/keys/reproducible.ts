import {cpusetAsShown} from '../values/cpuset-list.ts';
import type {Picker} from '../syntax/pick.ts';
import type {NamespaceKind, Origin, Service} from '../model/project.ts';

/**
 * Variables that affect what programs produce. 1980-01-01 is the earliest time that every archive format can store,
 * including zip. Source: reproducible-builds.org, "SOURCE_DATE_EPOCH"; locale(7), tzset(3).
 */
export const fixedEnvironment: Readonly<Record<string, string>> = {
	SOURCE_DATE_EPOCH: '315532800',
	TZ: 'UTC',
	LC_ALL: 'C',
};

/** The names that uname(2) returns. The kernel writes `(none)` for a missing domain name. */
export const fixedNames = {hostname: 'box', domainname: '(none)'} as const;

/** One CPU. Parallel work finishes in a different order each time, and programs start one worker per visible CPU. */
export const fixedCpuset = '0';

/** Bytes. The kernel's default for a tmpfs is half of the machine's memory, which differs between machines. */
const tmpfsSize = 1_073_741_824;

/** Like {@link Picker.pick}, but with `reproducible: true` a key that the spec does not set gets `fixed`, if there is one. */
export function fixedPick({pick, origins}: Picker, reproducible: boolean) {
	return <T, D extends T | undefined>(
		key: string,
		written: T | undefined,
		fixed: T | undefined,
		fallback: D,
	): T | D => {
		if (!reproducible || written !== undefined || fixed === undefined) return pick(key, written, fallback);
		origins.set(key, {kind: 'reproducible'});
		return fixed;
	};
}

/** Gives a tmpfs without a size a fixed one, because programs can read the size. */
export function withSize(volume: Service['volumes'][number]): Service['volumes'][number] {
	return volume.type === 'tmpfs' && volume.size === undefined ? {...volume, size: tmpfsSize} : volume;
}

const meanings: readonly (readonly [NamespaceKind, string])[] = [
	['pid', 'process numbers are those of the host'],
	['uts', 'the hostname is that of the host'],
	['ipc', 'shared memory is that of the host'],
	['cgroup', 'the paths of its cgroups are those of the host'],
	['time', 'its clocks go on from the boot of the host'],
];

function fromCaller([key, origin]: readonly [string, Origin]): readonly string[] {
	if (origin.kind === 'environment') return [`${key} is the caller's`];
	if (origin.kind !== 'file') return [];
	return (origin.variables ?? [])
		.filter(({from}) => from === 'environment')
		.map(({name}) => `${key} holds ${name} of the caller's environment`);
}

/** Warns about the parts of a reproducible service that may differ between runs, because of its spec or of this host. */
export function reproducibleWarnings(service: Service): readonly string[] {
	if (service.reproducible !== true) return [];
	const {namespaces, cpuset, origins} = service;
	const found = [
		...meanings.filter(([kind]) => !namespaces.includes(kind)).map(([, meaning]) => meaning),
		...(cpuset === undefined ? ['it sees as many processors as there are'] : []),
		...(cpuset !== undefined && /[-,]/.test(cpusetAsShown(cpuset)) ? ['it runs on several processors at once'] : []),
		...(namespaces.includes('uts') && service.domainname === undefined ? ['the domain name is that of the host'] : []),
		...Object.entries(origins).flatMap(fromCaller),
		...(service.privileged ? ['it is privileged and sees the kernel of the host'] : []),
		...service.devices.map(({source}) => `${source} is a device of the host`),
		...(service.keep ? ['it begins with the files of the run before'] : []),
		...service.volumes.flatMap(volume =>
			volume.target === machineIdFile ? [`${machineIdFile} is a mount of the spec`] : [],
		),
	];
	return found.map(text => `not reproducible: ${text}`);
}

/** The file with the machine id: machine-id(5). */
export const machineIdFile = '/etc/machine-id';

/** The machine id of all reproducible containers: 32 hexadecimal digits, not all zero, as machine-id(5) requires. */
export const machineId = '00000000000000000000000000000001\n';
