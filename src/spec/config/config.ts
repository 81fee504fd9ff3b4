import {basename, resolve} from 'node:path';
import {type output, safeParse} from 'zod/mini';
import type {TsboxError} from '../../errors/tsbox-error.ts';
import {configSchema} from './config-schema.ts';
import {type ConfigText, openExplorer} from './config-explorer.ts';
import type {ConfigFolder} from './config-places.ts';
import {type DashConfig, readDashConfig} from './dash-config.ts';
import type {dashThemes} from './dash-words.ts';
import type {SpecDefaults} from '../keys/defaults.ts';
import {parseYaml} from '../syntax/document.ts';
import {describeIssues} from '../keys/issues.ts';
import {keysAt} from '../keys/known-keys.ts';
import {type Policy, readPolicy} from './policy.ts';
import {type Problem, specError} from '../syntax/problem.ts';
import type {Origin} from '../model/project.ts';
import {shownPath} from '../syntax/source-text.ts';
import {isMap} from '../keys/parse-lenient.ts';
import {type Path, type Places, readTree} from '../syntax/tree.ts';

/** A value of the configuration, and where it is written; of a policy there may be several, which all hold. */
export interface ConfigEntry {
	/** `store`, `limits.image_bytes`, `policy.max_pids`. */
	readonly key: string;
	/** As it is written; of a map or a list as JSON. */
	readonly value: string;
	readonly origin: Origin;
}

/** The configuration of tsbox itself; what is not there is left to the caller. */
export interface ToolConfig {
	/** Absolute folder of unpacked root filesystems. */
	readonly store?: string;
	/** Absolute folder of what runs. */
	readonly state?: string;
	readonly limits: {
		/** The most bytes an archive may unpack to. */
		readonly imageBytes?: number;
		/** The most entries an archive may have. */
		readonly imageEntries?: number;
	};
	readonly bestEffort: boolean;
	/** The bytes that leave `attach`. */
	readonly detachKeys?: readonly number[];
	readonly dash?: DashConfig;
	/** For what is printed. */
	readonly theme?: (typeof dashThemes)[number];
	/** The words that stand for a verb of the person's own. */
	readonly aliases?: Readonly<Record<string, readonly string[]>>;
	/** For each container that says nothing of these keys. */
	readonly defaults?: SpecDefaults;
	/** One for each file that has any; all hold. */
	readonly policies?: readonly Policy[];
	/** What is set, nearest file first. */
	readonly entries?: readonly ConfigEntry[];
	/** Absolute path of the nearest file, or null when there is none. */
	readonly origin: string | null;
}

/** Which files make the configuration, and how they are read. */
export interface ConfigRequest {
	readonly cwd: string;
	/** Folders to search, nearest first; the first that holds a configuration counts. */
	readonly folders: readonly ConfigFolder[];
	/** A file that was named, and must be there; relative to `cwd`. No folder is searched then. */
	readonly file?: string;
	/** Files that count too, each less than the one before: that of the person, that of the machine. */
	readonly further: readonly string[];
	/** The text of a file that may be trusted; throws where it may not. */
	readonly readText: (path: string) => string;
}

/**
 * Reads tsbox's own configuration: `tsbox` in package.json, `.tsboxrc`, `.config/tsboxrc` or `tsbox.config.yaml` (or with
 * another suffix of YAML or JSON) of a searched folder, or the named file; then the further ones. Of each key the nearest file counts, of maps each entry
 * of theirs; all policies count. Data only: tsbox runs as root, so it never runs a configuration.
 *
 * Throws E_CONFIG with places as a spec's errors have.
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
	/** The same as it is written. */
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

/** Of several maps the nearest entry of each name; undefined where none has any. */
function joined<T extends object>(maps: readonly (T | undefined)[]): T | undefined {
	const there = maps.filter(map => map !== undefined);
	return there.length === 0 ? undefined : (Object.assign({}, ...there.toReversed()) as T);
}

function merged(layers: readonly Layer[]): Omit<ToolConfig, 'origin'> {
	const data = layers.map(layer => layer.data);
	const {store, state, best_effort, detach_keys, theme} = joined(data) ?? {};
	const limits = joined(data.map(each => each.limits));
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
		...(detach_keys !== undefined && {detachKeys: detach_keys}),
		...(dash !== undefined && {dash: readDashConfig(dash)}),
		...(theme !== undefined && {theme}),
		...(aliases !== undefined && {aliases}),
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

/** Maps whose entries count one by one. */
const maps: readonly string[] = ['limits', 'dash', 'aliases', 'defaults', 'policy'];

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
