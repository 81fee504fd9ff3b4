import type * as z from 'zod/mini';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {quoted} from '../model/parsed.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Path, Places} from '../syntax/tree.ts';
import {blankHint} from '../syntax/blank-hint.ts';
import {refusedAt} from '../compose/find-rows.ts';
import {synonymHint} from './synonyms.ts';

/** A problem that a schema reports. */
type Issue = z.core.$ZodIssue;

/** The keys that are valid in a map, for hints about an unknown key. */
export interface KnownKeys {
	/** The keys that are valid in the map at `path`. Empty if every key is valid. */
	readonly at: (path: Path) => readonly string[];
	/** Whether the map at `path` holds a container's keys. */
	readonly isService: (path: Path) => boolean;
}

/** A problem, and the path of the value to remove before the rest can be read. */
export interface SchemaProblem {
	readonly path: Path;
	readonly problem: Problem;
}

/** Turns a schema's issues into problems with messages and places. */
export function describeIssues(issues: readonly Issue[], places: Places, known: KnownKeys): readonly SchemaProblem[] {
	return issues.flatMap(issue => describeIssue(issue, [], places, known));
}

function describeIssue(issue: Issue, base: Path, places: Places, known: KnownKeys): readonly SchemaProblem[] {
	const path: Path = [...base, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))];
	const at = (message: string, own?: string): readonly SchemaProblem[] => {
		const hint = blankHint(places, path) ?? own;
		return [
			{
				path,
				problem: {
					code: 'E_SPEC_INVALID',
					place: places.value(path),
					message: `${nameOf(path)} ${message}`,
					...(hint !== undefined && {hint}),
				},
			},
		];
	};
	if (issue.code === 'unrecognized_keys') {
		return issue.keys.map(key => ({path: [...path, key], problem: describeKey(key, path, places, known)}));
	}
	if (!places.has(path)) {
		const parent = path.slice(0, -1);
		const place = parent.length === 0 ? places.value([]) : places.key(parent);
		const message = `${nameOf(path)} is missing`;
		return [
			{
				path: parent,
				problem: {code: 'E_SPEC_INVALID', place, message},
			},
		];
	}
	if (places.isNull(path)) {
		return at('has no value', 'write one, or take the line out');
	}
	if (issue.code === 'invalid_union') {
		const branch = issue.errors.find(issues => !issues.some(isWrongType));
		return branch === undefined
			? at(issue.message)
			: branch.flatMap(inner => describeIssue(inner, path, places, known));
	}
	const hint = 'params' in issue ? issue.params?.['hint'] : undefined;
	if (issue.code === 'invalid_value') {
		const values = issue.values.map(String);
		const value = places.text(path) ?? '';
		const near = aliases[value] ?? didYouMean(value, values);
		return at(
			`must be ${values.length === 1 ? '' : 'one of '}${values.map(v => `\`${v}\``).join(', ')}, not ${quoted(value)}`,
			near === undefined ? undefined : `did you mean \`${near}\`?`,
		);
	}
	const scalar = places.text(path);
	const quotes = issue.code === 'invalid_type' && issue.expected === 'string' && scalar !== undefined;
	return at(issue.message, typeof hint === 'string' ? hint : quotes ? `put it in quotes: \`"${scalar}"\`` : undefined);
}

/** Names that other tools use for namespaces. */
const aliases: Readonly<Record<string, string>> = {mnt: 'mount', net: 'network', ns: 'mount'};

function describeKey(key: string, path: Path, places: Places, known: KnownKeys): Problem {
	const place = places.key([...path, key]);
	const problem = (message: string, hint: string | undefined): Problem => ({
		code: 'E_SPEC_INVALID',
		place,
		message,
		...(hint !== undefined && {hint}),
	});
	const keys = known.at(path);
	const top = path.length === 0;
	if (top && !known.isService(path) && known.at(['services', '']).includes(key)) {
		return problem(`${quoted(key)} belongs to a container, and this file has \`services\``, 'move it into a service');
	}
	// A file with one container has the keys of a service at its top.
	const refused = refusedAt(top && known.isService(path) ? ['services', '', key] : [...path, key]);
	if (refused !== undefined)
		return problem(`compose has ${quoted(key)}, tsbox does not: ${refused.why}`, refused.instead);
	const synonym = known.isService(path) ? synonymHint(key) : undefined;
	if (synonym !== undefined) return problem(`unknown key ${quoted(key)}${top ? '' : ` in ${nameOf(path)}`}`, synonym);
	const near = didYouMean(key, keys);
	return problem(
		`unknown key ${quoted(key)}${top ? '' : ` in ${nameOf(path)}`}`,
		near === undefined
			? keys.length > 0 && keys.length <= 12
				? `use one of ${keys.join(', ')}`
				: undefined
			: `did you mean \`${near}\`?`,
	);
}

/** Whether the value itself has the wrong type for this branch of a union. Then the user meant another branch. */
function isWrongType(issue: Issue): boolean {
	if (issue.path.length > 0) return false;
	if (issue.code === 'invalid_union') return issue.errors.every(issues => issues.some(isWrongType));
	return issue.code === 'invalid_type';
}

/** A path in dotted form: `services.web.volumes.0`. */
function nameOf(path: Path): string {
	return path.length === 0 ? 'the file' : quoted(path.join('.'));
}
