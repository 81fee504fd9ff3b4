import {basename, resolve} from 'node:path';
import {type output, safeParse} from 'zod/mini';
import type {TsboxError} from '../../errors/tsbox-error.ts';
import {configSchema} from './config-schema.ts';
import {type ConfigText, openExplorer} from './config-explorer.ts';
import type {ConfigFolder} from './config-places.ts';
import {type DashConfig, readDashConfig} from './dash-config.ts';
import type {dashThemes} from './dash-words.ts';
import type {ExecutorChoice} from './executors.ts';
import type {SpecDefaults} from '../keys/defaults.ts';
import {parseYaml} from '../syntax/document.ts';
import {describeIssues} from '../keys/issues.ts';
import {keysAt} from '../keys/known-keys.ts';
import {type Policy, readPolicy} from './policy.ts';
import {type Problem, specError} from '../syntax/problem.ts';
import type {Origin} from '../model/project.ts';
import type {Pool} from '../../network/pools.ts';
import {shownPath} from '../syntax/source-text.ts';
import {isMap} from '../keys/parse-lenient.ts';
import {type Path, type Places, readTree} from '../syntax/tree.ts';

/** A configuration value and its origin. A key of `policy` may have several entries, and all of them apply. */
export interface ConfigEntry {
	/** `store`, `limits.image_bytes`, `policy.max_pids`. */
	readonly key: string;
	/** As written; JSON for a map or a list. */
	readonly value: string;
	readonly origin: Origin;
}

/** The configuration of tsbox itself. The caller decides what a missing value means. */
export interface ToolConfig {
	/** Absolute path of the folder for unpacked root filesystems. */
	readonly store?: string;
	/** Absolute path of the folder for the state of running containers. */
	readonly state?: string;
	readonly limits: {
		/** The most bytes that an archive may unpack to. */
		readonly imageBytes?: number;
		/** The most entries that an archive may have. */
		readonly imageEntries?: number;
	};
	readonly bestEffort: boolean;
	readonly executor?: ExecutorChoice;
	/** The byte sequence that detaches from `attach`. */
	readonly detachKeys?: readonly number[];
	readonly dash?: DashConfig;
	/** The colors of printed output. */
	readonly theme?: (typeof dashThemes)[number];
	/** The words that each alias stands for. */
	readonly aliases?: Readonly<Record<string, readonly string[]>>;
	/** Where the subnets of networks come from. */
	readonly networkPools?: readonly Pool[];
	/** Values for keys that a container's spec does not set. */
	readonly defaults?: SpecDefaults;
	/** One policy for each file that has one. All of them apply. */
	readonly policies?: readonly Policy[];
	/** Every value that is set, nearest file first. */
	readonly entries?: readonly ConfigEntry[];
	/** Absolute path of the nearest file, or null without any file. */
	readonly origin: string | null;
}

/** Which configuration files to read, and how. */
export interface ConfigRequest {
	readonly cwd: string;
	/** Folders to search, nearest first. Only the first folder with a configuration is used. */
	readonly folders: readonly ConfigFolder[];
	/** A file that the user named, relative to `cwd`. It must exist, and no folder is searched. */
	readonly file?: string;
	/** More files to merge, with falling precedence: the user's, then the machine's. */
	readonly further: readonly string[];
	/** Reads a file, or throws if the file cannot be trusted. */
	readonly readText: (path: string) => string;
}

/**
 * Reads tsbox's own configuration: `tsbox` in package.json, `.tsboxrc`, `.config/tsboxrc`, or `tsbox.config.yaml` (or with
 * another suffix of YAML or JSON) from a searched folder, or the named file; then the further files. The nearest file that
 * sets a key wins. Maps merge entry by entry. All policies apply. A configuration is only data: tsbox runs as root, so it
 * never runs code from a configuration.
 *
 * @throws TsboxError E_CONFIG with the position of each problem.
 */
export async function loadConfig({cwd, folders, file, further, readText}: ConfigRequest): Promise<ToolConfig> {
	const near = file === undefined ? await nearest(folders) : await named(resolve(cwd, file));
	const layers = [...(near === undefined ? [] : [near]), ...further.filter(path => path !== near)].map(path =>
		readLayer({file: path, text: readText(path)}, cwd),
	);
	return {...merged(layers), origin: layers[0]?.file ?? null};
}

async function nearest(folders: readonly ConfigFolder[]): Promise<string | undefined> {
	for (const {folder, places} of folders) {
		const found = await (await openExplorer(places)).search(folder);
		if (found !== null) return found.file;
	}
	return undefined;
}

async function named(file: string): Promise<string | undefined> {
	return (await (await openExplorer()).load(file))?.file;
}

interface Layer {
	readonly file: string;
	readonly data: output<typeof configSchema>;
	/** `data` as written, before the schema converted it. */
	readonly written: Readonly<Record<string, unknown>>;
	readonly places: Places;
}

function readLayer({file, text}: ConfigText, cwd: string): Layer {
	const source = {file, shown: shownPath(file, cwd), text};
	const parsed = parseYaml(source);
	if (!parsed.ok) throw configError(parsed.problems);
	const tree = readTree(parsed.document, source, undefined);
	const prefix: Path = basename(file) === 'package.json' ? ['tsbox'] : [];
	const value = prefix.length > 0 && isMap(tree.value) ? tree.value['tsbox'] : tree.value;
	const places = tree.places.within(prefix);
	const result = safeParse(configSchema, value);
	if (tree.problems.length > 0) throw configError(tree.problems);
	if (!result.success) {
		const known = {
			at: (path: Path) => keysAt(configSchema, path),
			isService: (path: Path) => path.length === 1 && path[0] === 'defaults',
		};
		throw configError(describeIssues(result.error.issues, places, known).map(({problem}) => problem));
	}
	return {file, data: result.data, written: isMap(value) ? value : {}, places};
}

/** Merges maps; for each name the nearest entry wins. Undefined without any map. */
function joined<T extends object>(maps: readonly (T | undefined)[]): T | undefined {
	const there = maps.filter(map => map !== undefined);
	return there.length === 0 ? undefined : (Object.assign({}, ...there.toReversed()) as T);
}

function merged(layers: readonly Layer[]): Omit<ToolConfig, 'origin'> {
	const data = layers.map(layer => layer.data);
	const {store, state, best_effort, executor, detach_keys, theme} = joined(data) ?? {};
	const limits = joined(data.map(each => each.limits));
	const networks = joined(data.map(each => each.networks));
	const dash = joined(data.map(each => each.dash));
	const aliases = joined(data.map(each => each.aliases));
	const defaults = joined(layers.map(defaultsOf));
	const policies = layers.flatMap(layer =>
		layer.data.policy === undefined ? [] : [readPolicy(layer.data.policy, layer.places.within(['policy']))],
	);
	return {
		...(store !== undefined && {store}),
		...(state !== undefined && {state}),
		limits: {
			...(limits?.image_bytes !== undefined && {imageBytes: limits.image_bytes}),
			...(limits?.image_entries !== undefined && {imageEntries: limits.image_entries}),
		},
		bestEffort: best_effort ?? false,
		...(executor !== undefined && {executor}),
		...(detach_keys !== undefined && {detachKeys: detach_keys}),
		...(dash !== undefined && {dash: readDashConfig(dash)}),
		...(theme !== undefined && {theme}),
		...(aliases !== undefined && {aliases}),
		...(networks?.pools !== undefined && {networkPools: networks.pools}),
		...(defaults !== undefined && {defaults}),
		...(policies.length > 0 && {policies}),
		...(layers.length > 0 && {entries: entriesOf(layers)}),
	};
}

function defaultsOf({written, places}: Layer): SpecDefaults | undefined {
	const {defaults} = written;
	if (!isMap(defaults)) return undefined;
	const at = places.within(['defaults']);
	return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, {value, places: at}]));
}

/** Keys whose maps merge entry by entry. */
const maps: readonly string[] = ['limits', 'networks', 'dash', 'aliases', 'defaults', 'policy'];

function entriesOf(layers: readonly Layer[]): readonly ConfigEntry[] {
	const seen = new Set<string>();
	return layers
		.flatMap(({written, places}) =>
			Object.entries(written).flatMap(([key, value]) =>
				maps.includes(key) && isMap(value)
					? Object.entries(value).map(([name, inner]) => entryOf([key, name], inner, places))
					: [entryOf([key], value, places)],
			),
		)
		.filter(({key}) => key.startsWith('policy.') || (!seen.has(key) && seen.add(key)));
}

function entryOf(path: readonly string[], value: unknown, places: Places): ConfigEntry {
	const text = (typeof value === 'object' ? undefined : places.text(path)) ?? JSON.stringify(value);
	return {key: path.join('.'), value: text, origin: places.origin(path)};
}

function configError(problems: readonly Problem[]): TsboxError {
	return specError(problems.map(problem => ({...problem, code: 'E_CONFIG'})));
}
