import {dirname, join} from 'node:path';

/** The files that may hold tsbox's own configuration, in search order. */
const configPlaces = [
	'package.json',
	'.tsboxrc',
	'.tsboxrc.json',
	'.tsboxrc.yaml',
	'.tsboxrc.yml',
	'.config/tsboxrc',
	'.config/tsboxrc.json',
	'.config/tsboxrc.yaml',
	'.config/tsboxrc.yml',
	'tsbox.config.json',
	'tsbox.config.yaml',
	'tsbox.config.yml',
] as const;

/** Where other Node.js tools accept a configuration that is a program. */
const programPlaces = ['.tsboxrc', '.config/tsboxrc', 'tsbox.config'].flatMap(name =>
	['js', 'mjs', 'cjs', 'ts'].map(suffix => `${name}.${suffix}`),
);

/**
 * The folders to search, nearest first: from `cwd` up to the root of the repository, which is the nearest folder with
 * `.git`, or else the nearest folder with a package.json. Outside of a repository tsbox searches only `cwd`, because the
 * owner of a parent folder could plant a configuration there.
 */
export function searchedFolders(cwd: string, exists: (path: string) => boolean): readonly string[] {
	const folders = [cwd];
	for (let folder = cwd; folder !== dirname(folder); ) {
		folder = dirname(folder);
		folders.push(folder);
	}
	const git = folders.findIndex(folder => exists(join(folder, '.git')));
	const root = git === -1 ? folders.findIndex(folder => exists(join(folder, 'package.json'))) : git;
	return folders.slice(0, Math.max(root, 0) + 1);
}

/** The nearest configuration that is a program. tsbox refuses it, because tsbox runs as root. */
export function configProgram(folders: readonly string[], exists: (path: string) => boolean): string | undefined {
	return folders.flatMap(folder => programPlaces.map(place => join(folder, place))).find(exists);
}

/** A folder, and the names of the files in it that may hold a configuration. */
export interface ConfigFolder {
	readonly folder: string;
	readonly places: readonly string[];
}

/** How to probe a folder before the owners of its files are checked. */
export interface ConfigLookup {
	/** Follows symlinks. Excludes pipes and devices: reading one may never end, and any user can make a pipe in /tmp. */
	readonly isFile: (path: string) => boolean;
	/** Reads what is found, because most package.json hold no configuration of tsbox, and an empty file holds none. */
	readonly readText: (path: string) => string | undefined;
}

/**
 * The searched folders that hold a configuration file. Most starts have none, so a few stat(2) calls here save loading the
 * modules that read configurations.
 */
export function configFolders(folders: readonly string[], {isFile, readText}: ConfigLookup): readonly ConfigFolder[] {
	const holds = (path: string, place: string): boolean => isFile(path) && mayConfigure(path, place, readText);
	return folders
		.map(folder => ({folder, places: configPlaces.filter(place => holds(join(folder, place), place))}))
		.filter(({places}) => places.length > 0);
}

/** Also true for an unreadable file, so that loading it reports the error. */
function mayConfigure(path: string, place: string, readText: (path: string) => string | undefined): boolean {
	try {
		const text = readText(path) ?? '';
		return place === 'package.json' ? hasTsboxKey(text) : text.trim() !== '';
	} catch {
		return true;
	}
}

/** Whether the text of a package.json holds a configuration of tsbox. */
export function hasTsboxKey(text: string): boolean {
	if (!/"tsbox"\s*:/.test(text)) return false;
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && Object.hasOwn(value, 'tsbox');
	} catch {
		// npm reports a broken package.json.
		return false;
	}
}

const suffixes = ['yaml', 'yml', 'json'] as const;

/**
 * The existing configuration files of the user and of the machine, in this order.
 *
 * @param home - the user's configuration folder (XDG Base Directory Specification)
 */
export function furtherConfigs(
	home: string | undefined,
	exists: (path: string) => boolean,
	machine = '/etc',
): readonly string[] {
	return [home, machine].flatMap(folder => {
		if (folder === undefined) return [];
		const found = suffixes.map(suffix => join(folder, 'tsbox', `config.${suffix}`)).find(exists);
		return found === undefined ? [] : [found];
	});
}
