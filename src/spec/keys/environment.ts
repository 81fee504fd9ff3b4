import {resolve} from 'node:path';
import {dotenvLookup, expandEntry, parseDotenv} from '../syntax/dotenv.ts';
import type {Lookup} from '../syntax/interpolate.ts';
import {type KeyValue, keyValues} from '../syntax/key-values.ts';
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
 * A name without a value takes the caller's value. If the caller has none it is left out, and taken from what an image sets.
 * Source: Compose Specification, "env_file" and "environment".
 */
export function readEnvironment(
	input: Pick<ServiceInput, 'environment' | 'env_file'>,
	picker: Picker,
	folder: string,
	request: SpecRequest,
	fixed: Readonly<Record<string, string>> = {},
): ReadVariables {
	const {places} = picker;
	const whole: Omit<Variable, 'value'> = {place: places.value([]), origin: {kind: 'reproducible'}};
	const variables = new Map<string, Variable>(Object.entries(fixed).map(([name, value]) => [name, {...whole, value}]));
	for (const file of envFiles(input.env_file)) readEnvFile(file, picker, folder, request, variables);
	const without = new Set<string>();
	const add = (entry: KeyValue, place: Place, origin: Origin) => {
		const fault = faultOf(entry);
		if (fault !== undefined) picker.invalid(place, fault);
		const value = entry.value ?? request.env[entry.name];
		if (value === undefined) {
			variables.delete(entry.name);
			without.add(entry.name);
			return;
		}
		without.delete(entry.name);
		variables.set(entry.name, {value, place, origin: entry.value === undefined ? callers(entry.name) : origin});
	};
	for (const entry of keyValues(input.environment, ['environment'], places)) {
		add(entry, places.value(entry.path), places.origin(entry.path));
	}
	const option = {kind: 'option', option: '--env'} as const;
	for (const entry of keyValues(request.options?.environment, [], places)) add(entry, option, option);
	for (const [name, {origin, place}] of variables) picker.note(`environment.${name}`, origin, place);
	return {
		environment: Object.fromEntries([...variables].map(([name, {value}]) => [name, value])),
		withoutVariables: [...without],
	};
}

/** The variables of a container, and those that it is not to have of its image either. */
export interface ReadVariables {
	readonly environment: Readonly<Record<string, string>>;
	readonly withoutVariables: readonly string[];
}

interface Variable {
	readonly value: string;
	readonly origin: Origin;
	readonly place: Place;
}

interface EnvFile {
	readonly path: string;
	readonly required: boolean;
	readonly format: 'dotenv' | 'raw';
	readonly at: Path;
}

function envFiles(input: ServiceInput['env_file']): readonly EnvFile[] {
	const list = input === undefined ? [] : Array.isArray(input) ? input : [input];
	return list.map((entry, i) => {
		const at = Array.isArray(input) ? ['env_file', i] : ['env_file'];
		if (typeof entry === 'string') return {path: entry, required: true, format: 'dotenv', at};
		return {path: entry.path, required: entry.required ?? true, format: entry.format ?? 'dotenv', at: [...at, 'path']};
	});
}

function readEnvFile(
	{path, required, format, at}: EnvFile,
	picker: Picker,
	folder: string,
	request: SpecRequest,
	variables: Map<string, Variable>,
): void {
	const file = resolve(folder, path);
	const text = request.readText(file);
	const shown = shownPath(file, request.cwd);
	if (text === undefined) {
		const hint = 'write it, or say `required: false`';
		if (required) picker.invalid(picker.places.value(at), `there is no file ${quoted(shown)}`, hint);
		return;
	}
	const source = {file, shown, text};
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
			const value = request.env[name];
			if (value !== undefined) variables.set(name, {value, place, origin: callers(name)});
			continue;
		}
		const filled = expandEntry(entry, dotenvLookup(parsed.entries.slice(0, i), environmentLookup(request.env)));
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

function callers(name: string): Origin {
	return {kind: 'environment', name};
}

function faultOf({name, value}: KeyValue): string | undefined {
	if (name === '') return 'a variable needs a name before the `=`';
	if (/[=\0]/.test(name)) return `the name ${quoted(name)} must not hold \`=\` or a NUL byte`;
	if (value?.includes('\0') === true) return `the value of ${quoted(name)} must not hold a NUL byte`;
	return undefined;
}
