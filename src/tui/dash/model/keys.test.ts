import {describe, expect, test} from 'vitest';
import {plainText, sampleFrame} from '../../../../test/support/sample-frame.ts';
import {helpSheet} from '../sheets.ts';
import {keyList, knownKeys} from './known-keys.ts';
import {clashes, keyNamed, keysWith, keyTable, type Place} from './keys.ts';
import {tabNames} from './tabs.ts';

test('no key has two meanings in one place, and each name is unique', () => {
	expect(clashes(keyTable)).toEqual([]);
	expect(new Set(keyTable.map(({name}) => name)).size).toBe(keyTable.length);
});

test('no key of a pane or a tab hides a global key', () => {
	const everywhere: readonly string[] = keyTable.flatMap(({place, keys}) => (place === 'anywhere' ? [...keys] : []));
	const others: readonly string[] = keyTable.flatMap(({place, keys}) => (place === 'anywhere' ? [] : [...keys]));
	expect(others.filter(key => everywhere.includes(key) || /^[1-9]$/.test(key))).toEqual([]);
});

test('no key of a tab hides a key of the detail', () => {
	const detail: readonly string[] = keyTable.flatMap(({place, keys}) => (place === 'detail' ? [...keys] : []));
	const tabs: readonly Place[] = tabNames;
	const own: readonly string[] = keyTable.flatMap(({place, keys}) => (tabs.includes(place) ? [...keys] : []));
	expect(own.filter(key => detail.includes(key))).toEqual([]);
});

test('the most specific place determines the action of a key', () => {
	expect(keyNamed(keyTable, 's', ['list', 'anywhere'])).toBe('stop');
	expect(keyNamed(keyTable, 's', ['logs', 'detail', 'anywhere'])).toBe('save');
	expect(keyNamed(keyTable, 's', ['plan', 'detail', 'anywhere'])).toBeUndefined();
	expect(keyNamed(keyTable, 'q', ['plan', 'detail', 'anywhere'])).toBe('quit');
});

describe('keys of the configuration', () => {
	test('replace the default keys', () => {
		const keys = knownKeys({stop: ['x', 'f5'], quit: []}, null);
		expect(keyNamed(keys, 'x', ['list'])).toBe('stop');
		expect(keyNamed(keys, 's', ['list'])).toBeUndefined();
		expect(keyNamed(keys, 'q', ['anywhere'])).toBeUndefined();
		expect(keysWith({})).toEqual(keyTable);
	});

	test('can swap their meanings', () => {
		const keys = knownKeys({stop: ['S'], start: ['s']}, null);
		expect(keyNamed(keys, 's', ['list'])).toBe('start');
	});

	test.each([
		[{stpo: ['x']}, '/x.yaml: dash.keys has stpo, which is nothing a key does', undefined, 'did you mean stop?'],
		[
			{zzzzzzzz: ['x']},
			'/x.yaml: dash.keys has zzzzzzzz, which is nothing a key does',
			undefined,
			'`tsbox dash --keys` lists all names',
		],
		[
			{stop: ['o']},
			'/x.yaml: two keys of the dashboard are the same',
			'sort and stop: o',
			'give one of them another key under `dash.keys`',
		],
	])('%j is rejected', (changes, message, why, hint) => {
		expect(() => knownKeys(changes, '/x.yaml')).toThrow(
			expect.objectContaining({code: 'E_CONFIG', message, why, hint}),
		);
	});

	test('one key in two places is not a clash', () => {
		expect(() => knownKeys({save: ['o']}, null)).not.toThrow();
	});
});

test('the list of keys has a line per action with its place and its name', () => {
	const lines = keyList(keysWith({stop: ['x', 'f5']}))
		.trimEnd()
		.split('\n');
	expect(lines).toHaveLength(keyTable.length);
	expect(lines.filter(line => /^(anywhere|stats|drift)|stop/.test(line)).join('\n')).toMatchInlineSnapshot(`
		"anywhere  q, ctrl-c     quit              leave; all containers go on
		anywhere  ?, f1         help              show all keys
		anywhere  :, ctrl-p     palette           find an action or a container by its name
		anywhere  tab           other-pane        go to the other pane
		anywhere  z             zoom              give the pane the whole screen, and back
		anywhere  ]             next-tab          show the next tab
		anywhere  [             previous-tab      show the tab before
		anywhere  ctrl-l        command-log       show the commands that were run, and what they said
		anywhere  m             mouse             turn the mouse on or off; off, the terminal selects text
		anywhere  ctrl-r        redraw            draw the screen anew
		anywhere  ctrl-z        suspend           go to the shell; fg comes back
		list      x, f5         stop              stop
		stats     +, =          window-longer     look further back: 1, 5, 15 minutes, 1 hour
		stats     -             window-shorter    look less far back
		drift     r             check-again       check again"
	`);
});

test('the help has every key with its action, and the numbers of the tabs', () => {
	const sheet = helpSheet(keysWith({stop: ['x', 'f5']}));
	const text = plainText(sheet.kind === 'text' ? sheet.lines(sampleFrame(300)) : []);
	for (const {name, keys, words} of keyTable)
		expect(text).toContain(`${(name === 'stop' ? ['x', 'f5'] : keys).join(', ').padEnd(16)}${words}`);
	for (const tab of tabNames) expect(text).toContain(tab);
	expect(text).toContain('1 ... 9');
});
