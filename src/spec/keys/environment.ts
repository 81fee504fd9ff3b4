import {resolve} from 'node:path';
import {dotenvLookup, expandEntry, parseDotenv} from '../syntax/dotenv.ts';
import type {Lookup} from '../syntax/interpolate.ts';
import {type KeyValue, keyValues} from '../syntax/key-values.ts';
import {sampleBeside} from '../syntax/sample-beside.ts';
import {quoted} from '../model/parsed.ts';
import type {Picker} from '../syntax/pick.ts';
import type {Place} from '../syntax/problem.ts';
import type {Origin} from '../model/project.ts';
import type {SpecRequest} from './request.ts';
import type {ServiceInput} from './service-schema.ts';
import {shownPath} from '../syntax/source-text.ts';
import type {Path} from '../syntax/tree.ts';

/**
 * Builds a container's environment. Later sources win: `fixed`, each `env_file` in order, `environment`, the command line.
 * A name without a value takes that of the caller, or of the env files of the project. If neither has one it is left out, and taken from
 * what an image sets. Source: Compose Specification, "env_file" and "environment".
 */
export function readEnvironment(
	input: Pick<ServiceInput, 'environment' | 'env_file'>,
	picker: Picker,
	context: VariablesContext,
	fixed: Readonly<Record<string, string>> = {},
): ReadVariables {
	const {places} = picker;
	const whole: Omit<Variable, 'value'> = {place: places.value([]), origin: {kind: 'reproducible'}};
	const variables = new Map<string, Variable>(Object.entries(fixed).map(([name, value]) => [name, {...whole, value}]));
	for (const file of envFiles(input.env_file)) readVariablesFile(file, picker, context, variables);
	const without = new Set<string>();
	const add = (entry: KeyValue, place: Place, origin: Origin) => {
		const fault = faultOf(entry);
		if (fault !== undefined) picker.invalid(place, fault);
		const found = entry.value === undefined ? context.variablesAt(place)(entry.name) : undefined;
		const value = entry.value ?? found?.value;
		if (value === undefined) {
			variables.delete(entry.name);
			without.add(entry.name);
			return;
		}
		without.delete(entry.name);
		variables.set(entry.name, {
			value,
			place,
			origin: found === undefined ? origin : foundIn(entry.name, found, origin),
		});
	};
	for (const entry of keyValues(input.environment, ['environment'], places)) {
		add(entry, places.value(entry.path), places.origin(entry.path));
	}
	const option = {kind: 'option', option: '--env'} as const;
	for (const entry of keyValues(context.request.options?.environment, [], places)) add(entry, option, option);
	for (const [name, {origin, place}] of variables) picker.note(`environment.${name}`, origin, place);
	return {
		environment: Object.fromEntries([...variables].map(([name, {value}]) => [name, value])),
		withoutVariables: [...without],
	};
}

/** What variables of a container are read with. */
export interface VariablesContext {
	/** Absolute path of the folder that relative paths begin at. */
	readonly folder: string;
	readonly request: SpecRequest;
	/** Variables of the caller, and of the env files that belong to the file of a place. */
	readonly variablesAt: (place: Place) => Lookup;
}

/** The variables of a container, and those that it is not to have of its image either. */
export interface ReadVariables {
	readonly environment: Readonly<Record<string, string>>;
	readonly withoutVariables: readonly string[];
}

/** A value of a file or of the spec. */
export interface Variable {
	readonly value: string;
	readonly origin: Origin;
	readonly place: Place;
}

/** A file of variables, or of labels. */
export interface VariablesFile {
	readonly path: string;
	readonly required: boolean;
	readonly format: 'dotenv' | 'raw';
	/** Where it is named. */
	readonly at: Path;
}

function envFiles(input: ServiceInput['env_file']): readonly VariablesFile[] {
	const list = input === undefined ? [] : Array.isArray(input) ? input : [input];
	return list.map((entry, i) => {
		const at = Array.isArray(input) ? ['env_file', i] : ['env_file'];
		if (typeof entry === 'string') return {path: entry, required: true, format: 'dotenv', at};
		return {path: entry.path, required: entry.required ?? true, format: entry.format ?? 'dotenv', at: [...at, 'path']};
	});
}

/** Reads a file of variables into those that are there: its own take their places. */
export function readVariablesFile(
	{path, required, format, at}: VariablesFile,
	picker: Picker,
	{folder, request, variablesAt}: VariablesContext,
	variables: Map<string, Variable>,
): void {
	const file = resolve(folder, path);
	const text = request.readText(file);
	const shown = shownPath(file, request.cwd);
	if (text === undefined) {
		const sample = sampleBeside(file, request.kindOf);
		const write = sample === undefined ? 'write it' : `write it, such as from ${quoted(sample)} beside it`;
		const hint = `${write}, or ${at[0] === 'env_file' ? 'say `required: false`' : 'correct the path'}`;
		if (required) picker.invalid(picker.places.value(at), `there is no file ${quoted(shown)}`, hint);
		return;
	}
	const source = {file, shown, text};
	const lookup = variablesAt(picker.places.value(at));
	const placeAt = (offset: number, length: number): Place => ({
		kind: 'text',
		source,
		start: offset,
		end: offset + length,
	});
	const parsed = parseDotenv(text, format);
	for (const {offset, length, problem, hint} of parsed.problems) picker.invalid(placeAt(offset, length), problem, hint);
	for (const [i, entry] of parsed.entries.entries()) {
		const {name, line} = entry;
		const place = placeAt(entry.offset, name.length);
		if (entry.value === undefined) {
			const found = lookup(name);
			if (found !== undefined)
				variables.set(name, {value: found.value, place, origin: foundIn(name, found, {kind: 'env_file', file, line})});
			continue;
		}
		const filled = expandEntry(entry, dotenvLookup(parsed.entries.slice(0, i), lookup));
		if (filled.ok) {
			variables.set(name, {value: filled.value, place, origin: {kind: 'env_file', file, line}});
		} else {
			picker.problems.push({code: 'E_SPEC_VARIABLE', place, message: filled.problem, hint: filled.hint});
		}
	}
}

/** Looks variables up in the caller's environment, for {@link interpolate}. */
export function environmentLookup(env: SpecRequest['env']): Lookup {
	return name => {
		const value = env[name];
		return value === undefined ? undefined : {value, from: 'environment'};
	};
}

/** Where a name without a value has its value from. */
function foundIn(name: string, {from}: NonNullable<ReturnType<Lookup>>, written: Origin): Origin {
	if (from === 'environment') return {kind: 'environment', name};
	return written.kind === 'file' ? {...written, variables: [{name, from}]} : written;
}

function faultOf({name, value}: KeyValue): string | undefined {
	if (name === '') return 'a variable needs a name before the `=`';
	if (/[=\0]/.test(name)) return `the name ${quoted(name)} must not hold \`=\` or a NUL byte`;
	if (value?.includes('\0') === true) return `the value of ${quoted(name)} must not hold a NUL byte`;
	return undefined;
}
