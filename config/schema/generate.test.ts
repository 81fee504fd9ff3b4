import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {schemaFile, schemaText} from './generate.ts';

test('the checked-in JSON Schema is what the code would write', () => {
	expect(readFileSync(schemaFile, 'utf8'), 'run `npm run schema`').toBe(schemaText());
});

test('every key has a description', () => {
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
	walk(JSON.parse(schemaText()), '');
	expect(bare.filter(path => !/\.(soft|hard)$/.test(path))).toEqual([]);
});
