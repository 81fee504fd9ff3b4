import type {Keys, Place} from './keys.ts';
import {tabNames} from './tabs.ts';

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
