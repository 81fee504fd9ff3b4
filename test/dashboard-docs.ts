import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {columns} from '../src/tui/dash/model/columns.ts';
import {keyTable, type Place} from '../src/tui/dash/model/keys.ts';
import {firstSettings} from '../src/tui/dash/model/settings.ts';
import {tabNames} from '../src/tui/dash/model/tabs.ts';

const file = join(import.meta.dirname, '../docs/dashboard.md');
/** A table's name, and what writes it. */
const tables = {keys: keysTable, columns: columnsTable};

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** One row a key, with the name that the configuration knows it by. */
function keysTable(): string {
	const places: readonly Place[] = ['anywhere', 'list', 'detail', ...tabNames];
	const rows = places.flatMap(place =>
		keyTable
			.filter(row => row.place === place)
			.map(({keys, name, words}) => `| ${place} | ${keys.map(code).join(' ')} | ${code(name)} | ${cell(words)} |`),
	);
	return ['| where | keys | name | what it does |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** One row a column of the overview. */
function columnsTable(): string {
	const rows = columns.map(
		({name, title}) => `| ${code(name)} | ${cell(title)} | ${firstSettings.columns.includes(name) ? 'yes' : 'no'} |`,
	);
	return ['| name | heading | shown at first |', '| --- | --- | --- |', ...rows].join('\n');
}

/** docs/dashboard.md with its tables as they should be. */
export function withTables(text: string): string {
	return Object.entries(tables).reduce((before, [name, table]) => {
		const [begin, end] = [`<!-- ${name}: written by \`npm run dashboard-docs\` -->`, `<!-- end of ${name} -->`];
		const [head = ''] = before.split(begin);
		return `${head}${begin}\n${table()}\n${end}${before.split(end)[1] ?? '\n'}`;
	}, text);
}

if (process.argv[1] === import.meta.filename) writeFileSync(file, withTables(readFileSync(file, 'utf8')));
