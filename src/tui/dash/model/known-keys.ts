import {didYouMean} from '../../../errors/did-you-mean.ts';
import {TsboxError} from '../../../errors/tsbox-error.ts';
import {clashes, type Keys, keysWith, keyTable, type Place} from './keys.ts';
import {tabNames} from './tabs.ts';

/**
 * The table of keys with those of the configuration.
 *
 * @param origin - the file that they came from
 * @throws TsboxError E_CONFIG for a name that no key has, and for a key that would mean two things in one place.
 */
export function knownKeys(changes: Readonly<Record<string, readonly string[]>>, origin: string | null): Keys {
	// The table itself has no two that are the same: its test sees to it.
	if (Object.keys(changes).length === 0) return keyTable;
	const names: readonly string[] = keyTable.map(({name}) => name);
	const strange = Object.keys(changes).find(name => !names.includes(name));
	if (strange !== undefined) {
		const near = didYouMean(strange, names);
		throw new TsboxError(
			'E_CONFIG',
			`${origin ?? 'the configuration'}: dash.keys has ${strange}, which is nothing a key does`,
			{
				hint: near === undefined ? '`tsbox dash --keys` lists all names' : `did you mean ${near}?`,
			},
		);
	}
	const keys = keysWith(changes);
	const [clash] = clashes(keys);
	if (clash !== undefined)
		throw new TsboxError('E_CONFIG', `${origin ?? 'the configuration'}: two keys of the dashboard are the same`, {
			why: clash,
			hint: 'give one of them another key under `dash.keys`',
		});
	return keys;
}

/** All keys as text: where, which, the name that the configuration knows it by, and what it does. */
export function keyList(table: Keys): string {
	const places: readonly Place[] = ['anywhere', 'list', 'detail', ...tabNames];
	const rows = places.flatMap(place => table.filter(row => row.place === place));
	const wide = (text: (row: (typeof rows)[number]) => string): number => Math.max(...rows.map(row => text(row).length));
	const [place, keys, name] = [wide(row => row.place), wide(row => row.keys.join(', ')), wide(row => row.name)];
	return rows
		.map(
			row =>
				`${row.place.padEnd(place)}  ${row.keys.join(', ').padEnd(keys)}  ${row.name.padEnd(name)}  ${row.words}\n`,
		)
		.join('');
}
