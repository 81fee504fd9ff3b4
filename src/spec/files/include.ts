import {isDeepStrictEqual} from 'node:util';
import {safeParse} from 'zod/mini';
import {quoted} from '../model/parsed.ts';
import {at, type Located, plainValue} from '../syntax/located.ts';
import type {Place, Problem} from '../syntax/problem.ts';
import {includeEntrySchema} from './files-schema.ts';

/** An entry of `include`: files that are merged, and what they are read with. */
export interface Included {
	readonly paths: readonly string[];
	/** Undefined for the folder of the first file. */
	readonly projectDirectory: string | undefined;
	/** Undefined for the `.env` of that folder. */
	readonly envFiles: readonly string[] | undefined;
	readonly place: Place;
}

const shared = ['services', 'networks', 'volumes', 'secrets', 'configs'] as const;

/** What a file includes: Compose Specification, "Include". */
export function includesOf(root: Located, report: (problem: Problem) => void): readonly Included[] {
	const list = at(root, ['include']);
	if (list === undefined || plainValue(list) === null) return [];
	const items = list.kind === 'list' ? list.items : [list];
	return items.flatMap(item => {
		const {spot} = item;
		const place: Place = {kind: 'text', source: spot.source, start: spot.start, end: spot.end};
		const {success, data} = safeParse(includeEntrySchema, plainValue(item));
		if (success) {
			const {
				path,
				project_directory: projectDirectory,
				env_file: envFiles,
			} = typeof data === 'string' ? {path: data} : data;
			const paths = [path].flat();
			if (paths.length > 0)
				return [{paths, projectDirectory, envFiles: envFiles === undefined ? undefined : [envFiles].flat(), place}];
		}
		report({
			code: 'E_SPEC_INVALID',
			place,
			message: '`include` names no file',
			hint: 'write `- path/to/compose.yaml`, or `- path: FILE` with `project_directory` and `env_file`',
		});
		return [];
	});
}

/** A file without its `include`. One that has nothing else has no service of its own. */
export function withoutInclude(root: Located): Located {
	const include = at(root, ['include']);
	if (root.kind !== 'map' || include === undefined) return root;
	const none: Located = {kind: 'map', entries: new Map(), spot: include.spot};
	return {...root, entries: new Map([['services', none], ...[...root.entries].filter(([key]) => key !== 'include')])};
}

/** Adds what an included file declares. What both declare must be the same. */
export function withIncluded(root: Located, included: Located, report: (problem: Problem) => void): Located {
	if (root.kind !== 'map') return root;
	const entries = new Map(root.entries);
	for (const section of shared) {
		const [own, theirs] = [entries.get(section), at(included, [section])];
		if (theirs?.kind !== 'map') continue;
		const all = new Map(own?.kind === 'map' ? own.entries : []);
		for (const [name, value] of theirs.entries) {
			const before = all.get(name);
			if (before !== undefined && !isDeepStrictEqual(plainValue(before), plainValue(value))) {
				const {source, keyStart, keyEnd} = before.spot;
				report({
					code: 'E_SPEC_INVALID',
					place: {kind: 'text', source, start: keyStart, end: keyEnd},
					message: `${quoted(name)} is in ${value.spot.source.shown} too, and differs`,
					hint: 'rename one of them, or change it in a file that is merged (`-f`, compose.override.yaml)',
				});
			}
			all.set(name, before ?? value);
		}
		entries.set(section, {kind: 'map', entries: all, spot: own?.spot ?? theirs.spot});
	}
	return {...root, entries};
}
