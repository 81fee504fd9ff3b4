import {isAbsolute, resolve} from 'node:path';
import type {Located, Path} from '../syntax/located.ts';
import {pathTable} from './path-table.ts';

/**
 * Paths of a file that lies elsewhere, as they are from anywhere: those of an included file, and of one that a service extends, are
 * relative to its folder. Compose Specification, "Include" and "Extends".
 */
export function withOwnPaths(located: Located, folder: string, path: Path = [], isBindSource = false): Located {
	const kind = isBindSource ? 'path' : kindOf(path);
	if (kind !== undefined && located.kind === 'scalar' && typeof located.value === 'string') {
		const value = kind === 'volume' ? volumeFrom(located.value, folder) : pathFrom(located.value, folder, kind);
		return {...located, value, spot: {...located.spot, text: value}};
	}
	if (located.kind === 'list')
		return {...located, items: located.items.map((item, at) => withOwnPaths(item, folder, [...path, at]))};
	if (located.kind === 'scalar') return located;
	const type = located.entries.get('type');
	// In the long form of a mount the type says what the source is.
	const isBind = type?.kind === 'scalar' && type.value === 'bind' && kindOf([...path, 'source']) === 'volume';
	const entries = [...located.entries].map(
		([key, value]) => [key, withOwnPaths(value, folder, [...path, key], isBind && key === 'source')] as const,
	);
	return {...located, entries: new Map(entries)};
}

/** `path`: always a path. `source`: a path unless it is an address or a name of something else. `volume`: `SOURCE:TARGET`. */
type Kind = 'path' | 'source' | 'volume';

const kinds: Readonly<Record<string, Kind>> = {
	'services.*.build': 'source',
	'services.*.build.context': 'source',
	'services.*.build.additional_contexts.*': 'source',
	'services.*.env_file': 'path',
	'services.*.env_file.*': 'path',
	'services.*.env_file.*.path': 'path',
	'services.*.label_file': 'path',
	'services.*.label_file.*': 'path',
	'services.*.extends.file': 'path',
	'services.*.develop.watch.*.path': 'path',
	'services.*.rootfs': 'volume',
	'services.*.volumes.*': 'volume',
	'services.*.volumes.*.source': 'volume',
	'configs.*.file': 'path',
	'secrets.*.file': 'path',
};

const kindOf = pathTable(kinds);

function pathFrom(text: string, folder: string, kind: Kind): string {
	if (isAbsolute(text) || text.startsWith('~')) return text;
	// Addresses, `service:NAME`, `docker-image://NAME`, `git@HOST:PATH`.
	if (kind === 'source' && /^(?:[a-z][a-z+.-]*:|[^/]+@)/.test(text)) return text;
	return resolve(folder, text);
}

/** Only what begins with a dot is a path: other words are names of volumes. */
function volumeFrom(text: string, folder: string): string {
	const [source = '', ...rest] = text.split(':');
	return /^\.\.?(?:\/|$)/.test(source) ? [resolve(folder, source), ...rest].join(':') : text;
}
