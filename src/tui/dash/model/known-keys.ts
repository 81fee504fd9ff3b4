import {didYouMean} from '../../../errors/did-you-mean.ts';
import {TsboxError} from '../../../errors/tsbox-error.ts';
import {clashes, type Keys, keysWith, keyTable, type Place} from './keys.ts';
import {tabNames} from './tabs.ts';

/**
 * The key table with the keys of the configuration.
 *
 * @param origin - the file of the configuration
 * @throws TsboxError E_CONFIG for an unknown name, and for a key with two meanings in one place.
 */
export function knownKeys(changes: Readonly<Record<string, readonly string[]>>, origin: string | null): Keys {
	// A test ensures that the key table has no duplicate keys.
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

/** All keys as text: place, keys, name in the configuration, and action. */
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
