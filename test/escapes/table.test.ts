import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import attacks from './attacks.json' with {type: 'json'};
import {withTables} from './table.ts';

const folder = import.meta.dirname;

test('every attack of the table is tried by a file of its name, and every file is in the table', () => {
	const tried = attacks.flatMap(attack => ('tried' in attack ? [attack.id] : []));
	const files = readdirSync(folder).flatMap(name => /^(.*)\.test\.ts$/.exec(name)?.[1] ?? []);
	expect(files.filter(name => name !== 'table').toSorted()).toEqual(tried.toSorted());
});

test('SECURITY.md holds the tables; `npm run security-table` writes them', () => {
	const text = readFileSync(join(folder, '../../SECURITY.md'), 'utf8');
	expect(text).toBe(withTables(text));
});
