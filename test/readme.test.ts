import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {commands} from '../src/cli/commands.ts';

const text = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

test('the README names every verb', () => {
	// In code: `tsbox ps`, or `ps` in a row of several.
	const spans = [...text.matchAll(/`(?:tsbox )?([a-z]+)[^`\n]*`/g)].map(([, verb]) => verb);
	expect(commands.map(({name}) => name).filter(name => !spans.includes(name))).toEqual([]);
});

test.each(commands.map(({name, examples}) => ({name, lines: examples.map(([line]) => line)})))(
	'the help of $name has examples, all of them of that verb',
	({name, lines}) => {
		expect(lines).not.toEqual([]);
		expect(lines.filter(line => !line.includes(`tsbox ${name}`))).toEqual([]);
	},
);
