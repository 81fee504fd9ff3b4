import type {Path, Places} from './located.ts';

/** What to do about a value that is wrong because variables in it are not set; undefined where all are. */
export function blankHint(places: Places, path: Path): string | undefined {
	if (!places.has(path)) return undefined;
	const origin = places.origin(path);
	const blank = (origin.kind === 'file' ? (origin.variables ?? []) : []).filter(({from}) => from === 'blank');
	const names = [...new Set(blank.map(({name}) => `\`${name}\``))];
	if (names.length === 0) return undefined;
	return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not set: set ${names.length === 1 ? 'it' : 'them'} in the environment or in .env`;
}
