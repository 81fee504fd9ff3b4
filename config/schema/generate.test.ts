import {readdirSync, readFileSync} from 'node:fs';
import {Ajv} from 'ajv';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {schemas, schemaText} from './generate.ts';

test.each(schemas)('the checked-in JSON Schema is what the code would write: $title', each => {
	expect(readFileSync(each.file, 'utf8'), 'run `npm run schema`').toBe(schemaText(each));
});

test.each(schemas)('every key has a description: $title', each => {
	const bare: string[] = [];
	const walk = (node: unknown, path: string): void => {
		if (typeof node !== 'object' || node === null) return;
		for (const [key, value] of Object.entries(node)) {
			if (key === 'properties') {
				for (const [name, schema] of Object.entries(value as object)) {
					const told = typeof schema === 'object' && schema !== null && ('description' in schema || 'const' in schema);
					if (!told) bare.push(`${path}.${name}`);
				}
			}
			walk(value, `${path}.${key}`);
		}
	};
	walk(JSON.parse(schemaText(each)), '');
	expect(bare.filter(path => !/\.(soft|hard)$/.test(path))).toEqual([]);
});

test('a strict validator takes the schemas, every example, and refuses what the reader would refuse by its spelling', () => {
	const [spec] = schemas.map(each =>
		new Ajv({strict: true, allErrors: true}).compile(JSON.parse(schemaText(each)) as object),
	);
	const takes = (value: unknown): boolean => spec?.(value) ?? false;
	const folder = new URL('../examples/', import.meta.url);
	const examples = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.yaml'));
	const refused = examples.filter(name => {
		const value: unknown = parse(readFileSync(new URL(name, folder), 'utf8'), {merge: true});
		return typeof value === 'object' && value !== null && ('rootfs' in value || 'services' in value) && !takes(value);
	});
	expect(refused).toEqual([]);
	const rootfs = 'host';
	const good = [
		{mem_limit: '1.5 GiB'},
		{mem_limit: '${LIMIT}'},
		{memswap_limit: '-1'},
		{cap_add: ['cap_Net_Admin', 'ALL']},
	];
	const bad = [{mem_limit: 'lots'}, {cap_add: ['NOPE']}, {stop_grace_period: '10 seconds'}, {shm_size: '1q'}];
	expect([...good, {stop_grace_period: '1m30s'}].filter(each => !takes({rootfs, ...each}))).toEqual([]);
	expect(bad.filter(each => takes({rootfs, ...each}))).toEqual([]);
});
