import {cpusetAsShown} from '../values/cpuset-list.ts';
import type {Picker} from '../syntax/pick.ts';
import type {NamespaceKind, Origin, Service} from '../model/project.ts';

/**
 * Variables that programs put into what they make. 1980-01-01 is the oldest time that all archives can hold, zip's among
 * them. Source: reproducible-builds.org, "SOURCE_DATE_EPOCH"; locale(7), tzset(3).
 */
export const fixedEnvironment: Readonly<Record<string, string>> = {
	SOURCE_DATE_EPOCH: '315532800',
	TZ: 'UTC',
	LC_ALL: 'C',
};

/** What uname(2) tells; `(none)` is the kernel's own word for no domain name. */
export const fixedNames = {hostname: 'box', domainname: '(none)'} as const;

/** One processor: what runs in parallel ends in an order of its own each time, and programs start as many as they see. */
export const fixedCpuset = '0';

/** Bytes of a tmpfs without a size, which by default is half of the machine's memory. */
const tmpfsSize = 1_073_741_824;

/** As {@link Picker.pick}, but where the spec says nothing `reproducible: true` has its own value, unless that is undefined. */
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

/** A tmpfs shows the size it has. */
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

/** What of a service that is to be reproducible is not, by its own words or because the host lacks something. */
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

/** Where programs look for the id of the machine: machine-id(5). */
export const machineIdFile = '/etc/machine-id';

/** The id that all reproducible containers have: 32 hexadecimal digits, not all zero, as machine-id(5) wants it. */
export const machineId = '00000000000000000000000000000001\n';
