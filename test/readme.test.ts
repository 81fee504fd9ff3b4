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

test('every verb has examples in its help, each of that verb', () => {
	for (const {name, examples} of commands) {
		expect(examples.length, name).toBeGreaterThan(0);
		expect(
			examples.map(([line]) => line).filter(line => !line.includes(`tsbox ${name}`)),
			name,
		).toEqual([]);
	}
});
