import {dirname, join} from 'node:path';

/** The files that tsbox's own configuration can be in, in the order in which they are looked for. */
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

/** Where other tools of Node have a configuration that is a program. */
const programPlaces = ['.tsboxrc', '.config/tsboxrc', 'tsbox.config'].flatMap(name =>
	['js', 'mjs', 'cjs', 'ts'].map(suffix => `${name}.${suffix}`),
);

/**
 * The folders that are searched, nearest first: `cwd` and those above it, up to the repository's: the next one with `.git`,
 * else the next one with a package.json. Outside of any it is `cwd` alone, for whoever owns a folder above could put a file there.
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

/** The nearest program in the place of a configuration: tsbox runs as root, and runs none. */
export function configProgram(folders: readonly string[], exists: (path: string) => boolean): string | undefined {
	return folders.flatMap(folder => programPlaces.map(place => join(folder, place))).find(exists);
}

/** A folder that may hold a configuration, and those of the places of a configuration that it has as files. */
export interface ConfigFolder {
	readonly folder: string;
	readonly places: readonly string[];
}

/** How a folder is looked at, before it is known whose its files are. */
export interface ConfigLookup {
	/** Symlinks followed. A pipe or a device is none: reading one may never end, and anybody can put one into /tmp. */
	readonly isFile: (path: string) => boolean;
	/** The text of a package.json, which most that work in one have without a word on tsbox. */
	readonly readText: (path: string) => string | undefined;
}

/**
 * The searched folders that hold such a file. A look that costs some stats, before what reads them is loaded: most
 * starts have none.
 */
export function configFolders(folders: readonly string[], {isFile, readText}: ConfigLookup): readonly ConfigFolder[] {
	const holds = (path: string, place: string): boolean =>
		isFile(path) && (place !== 'package.json' || mayConfigure(path, readText));
	return folders
		.map(folder => ({folder, places: configPlaces.filter(place => holds(join(folder, place), place))}))
		.filter(({places}) => places.length > 0);
}

/** One that cannot be read may: whoever loads it then says what is wrong. */
function mayConfigure(path: string, readText: (path: string) => string | undefined): boolean {
	try {
		return hasTsboxKey(readText(path) ?? '');
	} catch {
		return true;
	}
}

/** Whether the text of a package.json has a configuration of tsbox. */
export function hasTsboxKey(text: string): boolean {
	if (!/"tsbox"\s*:/.test(text)) return false;
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && Object.hasOwn(value, 'tsbox');
	} catch {
		// A broken package.json is npm's to complain about.
		return false;
	}
}

const suffixes = ['yaml', 'yml', 'json'] as const;

/**
 * The file of the person and that of the machine, in this order, as far as they are there.
 *
 * @param home - the person's folder of configurations (XDG Base Directory Specification)
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
