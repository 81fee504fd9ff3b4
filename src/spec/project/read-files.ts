import {dirname, resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {environmentLookup} from '../keys/environment.ts';
import type {SpecRequest} from '../keys/request.ts';
import {quoted} from '../model/parsed.ts';
import type {ProjectWarning} from '../model/project.ts';
import {parseYaml} from '../syntax/document.ts';
import {dotenvLookup, parseDotenv} from '../syntax/dotenv.ts';
import type {Lookup} from '../syntax/interpolate.ts';
import type {Located} from '../syntax/located.ts';
import {type Place, type Problem, specError} from '../syntax/problem.ts';
import {positionOf, type SourceText, shownPath} from '../syntax/source-text.ts';
import {readTree} from '../syntax/tree.ts';
import {withExtends} from '../files/extends.ts';
import {includesOf, withIncluded, withoutInclude} from '../files/include.ts';
import {merge, settled} from '../files/merge.ts';
import {sampleBeside} from '../syntax/sample-beside.ts';
import {withOwnPaths} from '../files/own-paths.ts';

/** The files of a project as one tree. */
export interface ReadFiles {
	readonly root: Located;
	/** Absolute path of the first file. */
	readonly file: string;
	/** The folder that relative paths begin at. */
	readonly folder: string;
	/** Variables of the caller, and of the env files of the project. */
	readonly variables: Lookup;
	/** Those, and of the env files of the `include` that the file of a place belongs to. */
	readonly variablesAt: (place: Place) => Lookup;
	/** The names that env files of the project set. */
	readonly names: () => readonly string[];
	readonly problems: readonly Problem[];
	readonly warnings: readonly ProjectWarning[];
}

/** Files that are read together. */
interface Group {
	/** Absolute. */
	readonly files: readonly string[];
	readonly folder: string;
	readonly variables: Lookup;
	/** The files that led here, to find circles. */
	readonly trail: readonly string[];
	/** What named them, if no person did. */
	readonly place?: Place;
}

/**
 * Reads the files of a project: fills in variables, `extends` and `include`, and merges them in their order.
 *
 * @throws TsboxError E_SPEC_NOT_FOUND for a file of the request; E_SPEC_SYNTAX for one that is no YAML.
 */
export function readFiles(request: SpecRequest): ReadFiles {
	const files = [request.file, ...(request.others ?? [])].map(file => resolve(request.cwd, file));
	const [file = ''] = files;
	const folder =
		request.projectDirectory === undefined ? dirname(file) : resolve(request.cwd, request.projectDirectory);
	const envFiles = (namedEnvFiles(request) ?? usualEnvFiles(folder, request)).map(each => readEnvFile(each, request));
	const variables = variablesOf(envFiles, environmentLookup(request.env));
	const reader = new FileReader(request);
	const root = reader.settled(reader.group({files, folder, variables, trail: []}) ?? nothing(file));
	const names = () => envFiles.flatMap(({entries}) => entries.map(({name}) => name));
	const warnings = [...envFiles.flatMap(unreadLines), ...reader.warnings];
	const variablesAt = (place: Place): Lookup =>
		(place.kind === 'text' ? reader.variables.get(place.source.file) : undefined) ?? variables;
	const problems = reader.problems.map(withSample(resolve(folder, '.env'), request));
	return {root, file, folder, variables, variablesAt, names, problems, warnings};
}

/** Says of a variable that is not set where the project has a sample of the `.env` that is missing. */
function withSample(file: string, {kindOf, readText}: SpecRequest): (problem: Problem) => Problem {
	return problem => {
		const {code, hint} = problem;
		if (code !== 'E_SPEC_VARIABLE' || hint?.endsWith(' or in .env') !== true || readText(file) !== undefined)
			return problem;
		const sample = sampleBeside(file, kindOf);
		return sample === undefined ? problem : {...problem, hint: `${hint}; ${quoted(sample)} is a sample of it`};
	};
}

function nothing(file: string): Located {
	const source = {file, shown: file, text: ''};
	return {kind: 'scalar', value: undefined, spot: {source, start: 0, end: 1, keyStart: 0, keyEnd: 1}};
}

class FileReader {
	readonly problems: Problem[] = [];
	readonly warnings: ProjectWarning[] = [];
	/** What each file was read with. */
	readonly variables = new Map<string, Lookup>();
	readonly #request: SpecRequest;

	constructor(request: SpecRequest) {
		this.#request = request;
	}

	/** A tree onto which no other one is merged. */
	settled(tree: Located): Located {
		return settled(tree, (entry, path) => {
			const [, service, key] = path.map(String);
			const {line} = positionOf(entry.spot.source, entry.spot.start);
			this.warnings.push({
				text: `${entry.spot.source.shown}:${line}: \`${key}\` of ${quoted(service ?? '')} has this entry again further down, and the last one holds`,
				services: service === undefined ? [] : [service],
			});
		});
	}

	group({files, folder, variables, trail, place}: Group): Located | undefined {
		let merged: Located | undefined;
		for (const file of files) {
			const one = this.#file(file, {folder, variables, trail, ...(place && {place})});
			if (one !== undefined) merged = merged === undefined ? one : merge(merged, one);
		}
		return merged;
	}

	#file(file: string, around: Omit<Group, 'files'>): Located | undefined {
		const {folder, variables, trail, place} = around;
		if (trail.includes(file)) {
			this.#report(
				place,
				`${shownPath(file, this.#request.cwd)} includes itself`,
				'take one `include` of the circle out',
			);
			return undefined;
		}
		const plain = this.#plain(file, variables, place);
		if (plain === undefined) return undefined;
		const report = (problem: Problem): void => void this.problems.push(problem);
		const read = new Map<string, Located>();
		const load = (path: string, from: Place): Located | undefined => {
			const other = resolve(folder, path);
			const known = read.get(other);
			const tree = known ?? this.#plain(other, variables, from);
			if (tree === undefined || known !== undefined) return known;
			const own = withOwnPaths(tree, dirname(other));
			read.set(other, own);
			return own;
		};
		let root = withoutInclude(withExtends(plain, {load, report}));
		for (const {paths, projectDirectory, envFiles, place: from} of includesOf(plain, report)) {
			const inner = paths.map(path => resolve(folder, path));
			const home = projectDirectory === undefined ? dirname(inner[0] ?? '') : resolve(folder, projectDirectory);
			const env = envFiles?.map(each => resolve(folder, each)) ?? [resolve(home, '.env')];
			const own = env.map(each => readEnvFile(each, this.#request));
			const group = {files: inner, folder: home, variables: variablesOf(own, variables), place: from};
			const included = this.group({...group, trail: [...trail, file]});
			if (included !== undefined) root = withIncluded(root, withOwnPaths(this.settled(included), home), report);
		}
		return root;
	}

	/** A file with its variables filled in. */
	#plain(file: string, variables: Lookup, place: Place | undefined): Located | undefined {
		const source = this.#source(file, place);
		if (source === undefined) return undefined;
		this.variables.set(file, variables);
		const parsed = parseYaml(source);
		if (!parsed.ok) {
			if (place === undefined) throw specError(parsed.problems);
			this.problems.push(...parsed.problems);
			return undefined;
		}
		const {interpolate, keepsExtensions} = this.#request;
		const lookup = interpolate === false ? undefined : variables;
		const tree = readTree(parsed.document, source, lookup, keepsExtensions);
		// A file that several services extend is read for each of them.
		for (const problem of tree.problems)
			if (!this.problems.some(other => isSame(other, problem))) this.problems.push(problem);
		return tree.root;
	}

	#source(file: string, place: Place | undefined): SourceText | undefined {
		const {readText, kindOf, cwd} = this.#request;
		const shown = shownPath(file, cwd);
		const text = readText(file);
		if (text !== undefined) return {file, shown, text};
		if (place === undefined) throw notThere(shown, kindOf(file));
		const address = /\b(?:oci|https?|git|ssh):\/[^/].*|\bgit@.*/.exec(file)?.[0].replace(':/', '://');
		if (address !== undefined) {
			this.#report(
				place,
				`${quoted(address)} is an address, and tsbox reads files of this machine`,
				'fetch it first, and write the path of the file',
			);
			return undefined;
		}
		this.#report(place, `there is no file ${shown}`, 'correct the path; it is relative to the folder of the project');
		return undefined;
	}

	#report(place: Place | undefined, message: string, hint: string): void {
		if (place !== undefined) this.problems.push({code: 'E_SPEC_INVALID', place, message, hint});
	}
}

function isSame(one: Problem, other: Problem): boolean {
	if (one.message !== other.message || one.place.kind !== 'text' || other.place.kind !== 'text') return false;
	return one.place.source.file === other.place.source.file && one.place.start === other.place.start;
}

function notThere(shown: string, kind: ReturnType<SpecRequest['kindOf']>): TsboxError {
	if (kind === 'directory')
		return new TsboxError('E_SPEC_NOT_FOUND', `${shown} is a folder`, {
			hint: `pass the path of a spec in it, such as \`${shown}/tsbox.yaml\``,
		});
	if (kind === 'other')
		return new TsboxError('E_SPEC_NOT_FOUND', `${shown} is no regular file`, {
			why: 'a spec is read more than once, and a pipe or a device can be read only once',
			hint: 'write the spec to a file',
		});
	return new TsboxError('E_SPEC_NOT_FOUND', `${shown}: there is no such file`, {
		hint: 'name a spec file, or write one with `tsbox init`',
	});
}

/** The env files that a person named, which must be there. */
function namedEnvFiles({envFiles, cwd, kindOf, readText}: SpecRequest): readonly string[] | undefined {
	const files = envFiles?.map(each => resolve(cwd, each));
	const missing = files?.find(file => kindOf(file) === undefined && readText(file) === undefined);
	if (missing === undefined) return files;
	throw new TsboxError('E_SPEC_NOT_FOUND', `there is no env file ${shownPath(missing, cwd)}`, {
		hint: 'correct `--env-file`, or COMPOSE_ENV_FILES',
	});
}

/** The `.env` of a project, unless COMPOSE_DISABLE_ENV_FILE says otherwise. */
function usualEnvFiles(folder: string, {env}: SpecRequest): readonly string[] {
	return /^(?:1|true)$/i.test(env['COMPOSE_DISABLE_ENV_FILE'] ?? '') ? [] : [resolve(folder, '.env')];
}

/** An env file, read once; a missing one is empty. */
interface EnvFile extends ReturnType<typeof parseDotenv> {
	readonly source: SourceText;
}

function readEnvFile(file: string, {readText, cwd}: SpecRequest): EnvFile {
	const text = readText(file) ?? '';
	return {source: {file, shown: shownPath(file, cwd), text}, ...parseDotenv(text)};
}

/** Looks variables up in `first`, then in env files, the last one before the others. */
function variablesOf(files: readonly EnvFile[], first: Lookup): Lookup {
	let found = first;
	for (const {entries} of files) {
		const before = found;
		const own = dotenvLookup(entries, before);
		found = name => first(name) ?? own(name) ?? before(name);
	}
	return found;
}

/** A warning for each line of an env file that is none. */
function unreadLines({source, problems}: EnvFile): readonly ProjectWarning[] {
	return problems.map(({offset, problem, hint}) => ({
		text: `${source.shown}:${positionOf(source, offset).line}: ${problem}, and sets nothing: ${hint}`,
		services: [],
	}));
}
