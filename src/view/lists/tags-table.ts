import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';
import {imageTitle, shortDigest} from './images-table.ts';

/** A tag compared with its registry as `images outdated` shows it. */
export interface TagRow {
	readonly name: string;
	readonly here: string;
	readonly there: string | null;
	readonly state: 'current' | 'moved' | 'unknown';
	readonly problem: string | null;
	/** Milliseconds since the epoch. */
	readonly pulled: number;
}

/** One line per tag. `now` is in ms since the epoch. */
export function tagsTable(tags: readonly TagRow[], now: number, {width, fit}: Pick<Look, 'width' | 'fit'>): string {
	const rows = tags.map(({name, here, there, state, problem, pulled}) => [
		imageTitle(name),
		state,
		shortDigest(here),
		there === null ? '-' : shortDigest(there),
		`${age(now - pulled)} ago`,
		problem === null ? '' : escapeText(problem),
	]);
	return table([['NAME', 'STATE', 'HERE', 'REGISTRY', 'ASKED BEFORE', 'PROBLEM'], ...rows], width, {columns: fit});
}
