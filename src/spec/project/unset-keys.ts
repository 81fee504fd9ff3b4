import {isMap} from '../keys/parse-lenient.ts';

type Keys = Readonly<Record<string, unknown>>;

/** Keys for which null says what leaving them out says, as in Compose: the image decides. */
const byNull: ReadonlySet<string> = new Set(['command', 'entrypoint']);

/**
 * Keys for which an empty text says what leaving them out says: `platform: ${DOCKER_PLATFORM:-}`. In Compose these are the texts
 * of a service; an empty number, size or duration is an error there too. Source: compose-go, types.ServiceConfig.
 */
const byBlank: ReadonlySet<string> = new Set([
	'cgroup',
	'cgroup_parent',
	'container_name',
	'cpuset',
	'domainname',
	'hostname',
	'ipc',
	'isolation',
	'mac_address',
	'network_mode',
	'pid',
	'platform',
	'pull_policy',
	'restart',
	'runtime',
	'stop_signal',
	'user',
	'userns_mode',
	'uts',
	'working_dir',
]);

/** The file without keys of services that say nothing, as `docker compose config` prints them. */
export function withoutUnset(file: Keys): Keys {
	const {services} = file;
	if (!isMap(services)) return file;
	const kept = Object.entries(services).map(([name, service]) => [name, isMap(service) ? said(service) : service]);
	return {...file, services: Object.fromEntries(kept)};
}

function said(service: Keys): Keys {
	const has = (key: string): boolean => service[key] !== undefined;
	return Object.fromEntries(
		Object.entries(service).filter(([key, value]) => !(value === null && byNull.has(key)) && !isBlank(key, value, has)),
	);
}

/** Whether this value of a key of a service that has other keys is empty, and so says nothing. */
export function isBlank(key: string, value: unknown, has: (key: string) => boolean): boolean {
	// What `${UID}:${GID}` leaves where neither is set: it names nobody.
	if (key === 'user' && value === ':') return true;
	// The image of a build is named after the project and the service.
	return value === '' && (byBlank.has(key) || (key === 'image' && has('build')));
}
