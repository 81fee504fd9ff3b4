import {isMap} from './take-what-fits.ts';
import type {Path, Places} from '../syntax/tree.ts';

/** Values for keys of a container that its spec does not have, as they are written, and the places of their map. */
export type SpecDefaults = Readonly<Record<string, {readonly value: unknown; readonly places: Places}>>;

type Keys = Readonly<Record<string, unknown>>;

/** Keys that say the same as others, or that mean nothing without: the spec has a say in it, so the default has none. */
const decidedBy: Readonly<Record<string, (service: Keys) => boolean>> = {
	mem_limit: service => deployed(service, 'memory'),
	cpus: service => deployed(service, 'cpus'),
	pids_limit: service => deployed(service, 'pids'),
	memswap_limit: service => 'mem_limit' in service || deployed(service, 'memory'),
	mem_reservation: service => 'mem_limit' in service || deployed(service, 'memory'),
	scale: service => isMap(service['deploy']) && 'replicas' in service['deploy'],
	deploy: service => ['mem_limit', 'cpus', 'pids_limit', 'scale'].some(key => key in service),
	command: service => 'entrypoint' in service,
};

function deployed({deploy}: Keys, name: string): boolean {
	const resources = isMap(deploy) ? deploy['resources'] : undefined;
	const limits = isMap(resources) ? resources['limits'] : undefined;
	return isMap(limits) && name in limits;
}

/**
 * A file's value with the defaults in each container that says nothing of them, as if their lines stood there; their
 * places and origins are those of the configuration. A key counts as a whole: a spec with an `environment` has no other.
 */
export function withDefaults(
	value: Keys,
	places: Places,
	defaults: SpecDefaults | undefined,
): {readonly value: Keys; readonly places: Places} {
	if (defaults === undefined) return {value, places};
	const taken = new Map<string, Places>();
	const fill = (service: unknown, at: Path): unknown => {
		if (!isMap(service)) return service;
		const missing = Object.entries(defaults).filter(
			([key]) => !Object.hasOwn(service, key) && decidedBy[key]?.(service) !== true,
		);
		for (const [key, {places: own}] of missing) taken.set([...at, key].join('\0'), own);
		return {...service, ...Object.fromEntries(missing.map(([key, {value: own}]) => [key, own]))};
	};
	const {services} = value;
	const filled = isMap(services)
		? {
				...value,
				services: Object.fromEntries(
					Object.entries(services).map(([key, service]) => [key, fill(service, ['services', key])]),
				),
			}
		: fill(value, []);
	const depth = isMap(services) ? 3 : 1;
	const route = (path: Path) => {
		const own = taken.get(path.slice(0, depth).join('\0'));
		return own === undefined || path.length < depth ? {places, path} : {places: own, path: path.slice(depth - 1)};
	};
	return {value: isMap(filled) ? filled : value, places: routed(route, [])};
}

type Route = (path: Path) => {readonly places: Places; readonly path: Path};

function routed(route: Route, prefix: Path): Places {
	const ask =
		<T>(question: (places: Places) => (path: Path) => T) =>
		(path: Path): T => {
			const to = route([...prefix, ...path]);
			return question(to.places)(to.path);
		};
	return {
		has: ask(places => places.has),
		isNull: ask(places => places.isNull),
		key: ask(places => places.key),
		value: ask(places => places.value),
		text: ask(places => places.text),
		origin: ask(places => places.origin),
		within: inner => routed(route, [...prefix, ...inner]),
	};
}
