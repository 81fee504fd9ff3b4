import {basename, extname} from 'node:path';
import {messageOf} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {hasTsboxKey} from './config-places.ts';
import {quoted} from '../model/parsed.ts';

/** The unparsed text of a configuration file. */
export interface ConfigText {
	/** Absolute path. */
	readonly file: string;
	readonly text: string;
}

/** Finds and reads configuration files without parsing them. */
export interface ConfigExplorer {
	/** The first configuration file in the folder. Other folders are not searched. */
	readonly search: (folder: string) => Promise<ConfigText | null>;
	/** @throws TsboxError E_CONFIG if the file cannot be read. */
	readonly load: (file: string) => Promise<ConfigText | null>;
}

/**
 * Opens cosmiconfig through its internal class. Its public function first looks for a configuration of cosmiconfig itself
 * and runs `.config/config.js` from the current folder. A tool that runs as root must not run that code.
 *
 * @param places - the file names that `search` looks for, in this order
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
 * A loader that returns the text unparsed: errors need positions, and cosmiconfig would follow `$import`.
 * cosmiconfig looks for the `tsbox` key in a package.json, so a package.json without that key does not end the search.
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
	readonly search: (folder: string) => Promise<{readonly config?: unknown} | null>;
	readonly load: (file: string) => Promise<{readonly config?: unknown} | null>;
};

/** cosmiconfig does not declare this class in its types. If the class is missing, there is no safe fallback. */
function explorerOf(module: object): ExplorerClass {
	// A bundler exposes a CommonJS module only as the default export.
	const exported: object =
		'default' in module && typeof module.default === 'object' && module.default !== null ? module.default : module;
	const found: unknown = 'Explorer' in exported ? exported.Explorer : undefined;
	if (typeof found === 'function') return found as ExplorerClass;
	throw new Error('cosmiconfig has no Explorer class');
}
