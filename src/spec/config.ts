import {basename, resolve} from 'node:path';
import {safeParse} from 'zod/mini';
import type {TsboxError} from '../errors/tsbox-error.ts';
import {configSchema} from './config-schema.ts';
import {type ConfigText, openExplorer} from './config-explorer.ts';
import {type DashConfig, readDashConfig} from './dash-config.ts';
import {parseYaml} from './document.ts';
import {describeIssues} from './issues.ts';
import {keysAt} from './known-keys.ts';
import {type Problem, specError} from './problem.ts';
import {shownPath} from './source-text.ts';
import {isMap} from './take-what-fits.ts';
import {type Path, readTree} from './tree.ts';

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
	/** Absolute path of the file that it came from, or null when there is none. */
	readonly origin: string | null;
}

/**
 * Reads tsbox's own configuration: `tsbox` in package.json, `.tsboxrc.{json,yaml,yml}` or `tsbox.config.{json,yaml,yml}`
 * in `cwd` or a parent, up to the folder of the next package.json; or `file`, which must then exist. Data only: tsbox
 * runs as root, so it never runs a configuration.
 *
 * Throws E_CONFIG with places as a spec's errors have.
 */
export async function loadConfig({cwd, file}: {readonly cwd: string; readonly file?: string}): Promise<ToolConfig> {
	const explorer = await openExplorer();
	const found = file === undefined ? await explorer.search(cwd) : await explorer.load(resolve(cwd, file));
	if (found === null) return {limits: {}, bestEffort: false, origin: null};
	return readConfig(found, cwd);
}

function readConfig({file, text}: ConfigText, cwd: string): ToolConfig {
	const source = {file, shown: shownPath(file, cwd), text};
	const parsed = parseYaml(source);
	if (!parsed.ok) throw configError(parsed.problems);
	const tree = readTree(parsed.document, source, undefined);
	const prefix: Path = basename(file) === 'package.json' ? ['tsbox'] : [];
	const value = prefix.length > 0 && isMap(tree.value) ? tree.value['tsbox'] : tree.value;
	const places = tree.places.within(prefix);
	const output = safeParse(configSchema, value);
	if (tree.problems.length > 0) throw configError(tree.problems);
	if (!output.success) {
		const known = {at: (path: Path) => keysAt(configSchema, path), isService: () => false};
		throw configError(describeIssues(output.error.issues, places, known).map(({problem}) => problem));
	}
	const {store, state, limits, best_effort, detach_keys, dash} = output.data;
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
		origin: file,
	};
}

function configError(problems: readonly Problem[]): TsboxError {
	return specError(problems.map(problem => ({...problem, code: 'E_CONFIG'})));
}
