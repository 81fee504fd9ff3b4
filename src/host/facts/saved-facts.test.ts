import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {loadFacts, saveFacts} from './saved-facts.ts';

const text = readFileSync(new URL('../../../test/facts/v1-bookworm.json', import.meta.url), 'utf8');

test('facts are read back as saved', () => {
	expect(saveFacts(loadFacts(text, 'facts.json'))).toBe(text);
});

test.each([
	['no JSON', '{'],
	['another schema', text.replace('"schema": 1', '"schema": 2')],
	['a missing key', text.replace('"kernelPaths"', '"paths"')],
	['a tool of the wrong form', text.replace('"path": "/usr/bin/dash"', '"path": 1')],
])('refuses %s and names the file', (_, damaged) => {
	expect(damaged).not.toBe(text);
	expect(() => loadFacts(damaged, 'facts.json')).toThrow(/^facts\.json does not contain host facts/);
});
