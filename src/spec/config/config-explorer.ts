import {basename, extname} from 'node:path';
import {messageOf} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {hasTsboxKey} from './config-places.ts';
import {quoted} from '../model/parsed.ts';

/** The text of a configuration file, not yet understood. */
export interface ConfigText {
	/** Absolute path. */
	readonly file: string;
	readonly text: string;
}

/** Finds and reads configuration files, and understands nothing of them. */
export interface ConfigExplorer {
	/** The first file of the folder that has a configuration; of no other folder. */
	readonly search: (folder: string) => Promise<ConfigText | null>;
	/** Throws E_CONFIG when the file cannot be read. */
	readonly load: (file: string) => Promise<ConfigText | null>;
}

/**
 * Cosmiconfig, taken by its inner class: its public function looks for a configuration of cosmiconfig itself first, and
 * runs `.config/config.js` of the current folder when that is there. A tool that runs as root must not.
 *
 * @param places - the names that `search` looks for, in this order
 */
export async function openExplorer(places: readonly string[] = []): Promise<ConfigExplorer> {
	const module: object = await import('cosmiconfig/dist/Explorer.js');
	const Explorer = explorerOf(module);
	const explorer = new Explorer({
		moduleName: 'tsbox',
		searchPlaces: places,
		searchStrategy: 'none',
		loaders: {noExt: readOnly, '.json': readOnly, '.yaml': readOnly, '.yml': readOnly},
		transform: result => result,
		ignoreEmptySearchPlaces: true,
		cache: false,
		metaConfigFilePath: null,
		mergeImportArrays: false,
		mergeSearchPlaces: false,
	});
	return {
		search: async folder => textOf(await explorer.search(folder)),
		load: async file => {
			if (!['.json', '.yaml', '.yml'].includes(extname(file)) && basename(file) !== '.tsboxrc') {
				throw new TsboxError('E_CONFIG', `${quoted(file)} is not a JSON or YAML file`, {
					hint: 'name a file that ends in .json, .yaml or .yml',
				});
			}
			try {
				return textOf(await explorer.load(file));
			} catch (cause) {
				const why = messageOf(cause);
				throw new TsboxError('E_CONFIG', `${file}: cannot be read`, {why, hint: 'name a file that is there', cause});
			}
		},
	};
}

/**
 * A loader that leaves the text as it is, for positions in errors; `$import` of cosmiconfig is not followed either.
 * Of a package.json it takes the `tsbox` key, so one without it does not end the search.
 */
function readOnly(file: string, text: string): object {
	const found: ConfigText = {file, text};
	if (basename(file) !== 'package.json') return found;
	return hasTsboxKey(text) ? {tsbox: found} : {};
}

function textOf(result: {readonly config?: unknown} | null): ConfigText | null {
	const config = result?.config;
	if (typeof config !== 'object' || config === null || !('file' in config) || !('text' in config)) return null;
	const {file, text} = config;
	return typeof file === 'string' && typeof text === 'string' ? {file, text} : null;
}

interface ExplorerOptions {
	readonly moduleName: string;
	readonly searchPlaces: readonly string[];
	readonly searchStrategy: 'none';
	readonly loaders: Readonly<Record<string, (file: string, text: string) => object>>;
	readonly transform: <T>(result: T) => T;
	readonly ignoreEmptySearchPlaces: boolean;
	readonly cache: boolean;
	readonly metaConfigFilePath: null;
	readonly mergeImportArrays: boolean;
	readonly mergeSearchPlaces: boolean;
}

type ExplorerClass = new (
	options: ExplorerOptions,
) => {
	/** The first file of the folder that has a configuration; of no other folder. */
	readonly search: (folder: string) => Promise<{readonly config?: unknown} | null>;
	readonly load: (file: string) => Promise<{readonly config?: unknown} | null>;
};

/** The package keeps this class out of its types; without it, loading must fail and not fall back. */
function explorerOf(module: object): ExplorerClass {
	// A bundler gives a CommonJS module as its default export alone.
	const exported: object =
		'default' in module && typeof module.default === 'object' && module.default !== null ? module.default : module;
	const found: unknown = 'Explorer' in exported ? exported.Explorer : undefined;
	if (typeof found === 'function') return found as ExplorerClass;
	throw new Error('cosmiconfig has no Explorer class');
}
