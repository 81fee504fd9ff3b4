import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
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
