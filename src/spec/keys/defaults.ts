import type {Key} from './key.ts';
import {serviceKeys} from './service-keys.ts';
import {isMap} from './parse-lenient.ts';
import type {Path, Places} from '../syntax/tree.ts';

/** Values for keys that a spec does not set, as written in the configuration, and the places of their map. */
export type SpecDefaults = Readonly<Record<string, {readonly value: unknown; readonly places: Places}>>;

type Keys = Readonly<Record<string, unknown>>;

const rows: Readonly<Record<string, Key>> = serviceKeys;

function has(map: unknown, [first = '', ...rest]: readonly string[]): boolean {
	return isMap(map) && first in map && (rest.length === 0 || has(map[first], rest));
}

/**
 * Adds the defaults to each container that does not set them, as if the spec contained their lines. Their places and
 * origins point into the configuration. Keys do not merge: a spec with an `environment` gets nothing from the default one.
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
			([key]) =>
				!Object.hasOwn(service, key) && rows[key]?.decidedBy?.some(path => has(service, path.split('.'))) !== true,
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
