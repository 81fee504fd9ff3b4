import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import attacks from './attacks.json' with {type: 'json'};

const file = join(import.meta.dirname, '../../SECURITY.md');
const [begin, end] = ['<!-- attacks: written by `npm run security-table` -->', '<!-- end of attacks -->'];

/** One row an attack: what it is, what was tried, where, and how it ended. */
export function attackTable(): string {
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

/** SECURITY.md with the table as it should be. */
export function withTable(text: string): string {
	const [head = ''] = text.split(begin);
	const tail = text.split(end)[1] ?? '\n';
	return `${head}${begin}\n${attackTable()}\n${end}${tail}`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(file, withTable(readFileSync(file, 'utf8')));
