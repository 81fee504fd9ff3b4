import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {documented} from '../differential/runtimes.ts';
import attacks from './attacks.json' with {type: 'json'};

const file = join(import.meta.dirname, '../../SECURITY.md');
/** A table's name, and what writes it. */
const tables = {attacks: attackTable, differences: differenceTable};

/** One row an attack: what it is, what was tried, where, and how it ended. */
function attackTable(): string {
	const rows = attacks.map(({id, title, ...rest}) => {
		const name = id.startsWith('cve') ? id.toUpperCase() : id;
		return 'tried' in rest
			? `| [${name}](test/escapes/${id}.test.ts) | ${title} | ${rest.tried} | ${rest.surfaces?.join(', ')} | held |`
			: `| ${name} | ${title} | ${rest.notApplicable} | | not applicable |`;
	});
	return [
		'| attack | what happened to others | what is tried here | on | result |',
		'| --- | --- | --- | --- | --- |',
		...rows,
	].join('\n');
}

/** One row a difference between what a container of tsbox sees and what one of runc or crun sees. */
function differenceTable(): string {
	const rows = documented().map(({key, with: runtimes, why}) => `| ${key} | ${runtimes.join(', ')} | ${why} |`);
	return ['| what | differs from | why |', '| --- | --- | --- |', ...rows].join('\n');
}

/** SECURITY.md with its tables as they should be. */
export function withTables(text: string): string {
	return Object.entries(tables).reduce((before, [name, table]) => {
		const [begin, end] = [`<!-- ${name}: written by \`npm run security-table\` -->`, `<!-- end of ${name} -->`];
		const [head = ''] = before.split(begin);
		return `${head}${begin}\n${table()}\n${end}${before.split(end)[1] ?? '\n'}`;
	}, text);
}

if (process.argv[1] === import.meta.filename) writeFileSync(file, withTables(readFileSync(file, 'utf8')));
