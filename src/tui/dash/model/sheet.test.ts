import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Input} from '../../terminal/input.ts';
import {sampleNarrow} from '../../../../test/support/sample-dash.ts';
import {characterAt, type Choice, commandText, prompt, type Sheet, sheetAfter} from './sheet.ts';

type Of<K extends Sheet['kind']> = Extract<Sheet, {readonly kind: K}>;

/** The input of a key. A character types itself. */
function key(name: string): Input {
	const text = name === 'space' ? ' ' : characterAt(name, 0) === name ? name : '';
	return {kind: 'key', key: name, text};
}

const paste = (text: string): Input => ({kind: 'paste', text});

function after(sheet: Sheet, ...inputs: readonly Input[]): Sheet | undefined {
	return inputs.reduce<Sheet | undefined>(
		(now, input) => (now === undefined ? undefined : sheetAfter(now, input, sampleNarrow)),
		sheet,
	);
}

describe('a prompt', () => {
	/** The text of the prompt, with `|` at the cursor. */
	const edited = (text: string, ...keys: readonly (string | Input)[]): string => {
		const sheet = after(
			prompt('x', text, () => {}),
			...keys.map(one => (typeof one === 'string' ? key(one) : one)),
		) as Of<'prompt'>;
		return `${sheet.text.slice(0, sheet.at)}|${sheet.text.slice(sheet.at)}`;
	};

	test.each([
		['ab', ['c', 'space', 'd'], 'abc d|'],
		['ab', ['left', 'X'], 'aX|b'],
		['ab', ['left', 'left', 'left', 'X'], 'X|ab'],
		['ab', ['home', 'right', 'X'], 'aX|b'],
		['ab', ['right', 'X'], 'abX|'],
		['ab', ['ctrl-a', 'X', 'ctrl-e', 'Y'], 'XabY|'],
		['ab', ['backspace', 'backspace', 'backspace'], '|'],
		['ab', ['home', 'backspace', 'delete'], '|b'],
		['ab', ['delete'], 'ab|'],
		['a bc d', ['ctrl-w'], 'a bc |'],
		['a bc  ', ['ctrl-w'], 'a |'],
		['a bc d', ['left', 'left', 'ctrl-w'], 'a | d'],
		['a bc d', ['left', 'left', 'ctrl-u'], '| d'],
		['a bc d', ['left', 'left', 'ctrl-k'], 'a bc|'],
		['ab', [paste('1\r\n2\t3')], 'ab1 2 3|'],
		['ab', ['home', paste('xy')], 'xy|ab'],
		['a😀', ['backspace'], 'a|'],
		['a😀', ['left', 'X'], 'aX|😀'],
		['a😀b', ['home', 'right', 'right', 'X'], 'a😀X|b'],
		['😀b', ['home', 'delete'], '|b'],
		['', ['😀', '😀', 'left', 'x'], '😀x|😀'],
		['ab', ['up', 'f5', 'tab', 'ctrl-x', 'alt-b'], 'ab|'],
	] as const)('%j after %j', (text, keys, result) => {
		expect(edited(text, ...keys)).toBe(result);
	});

	test('the cursor is always in the text and never splits a character', () => {
		const names = [
			'left',
			'right',
			'home',
			'end',
			'backspace',
			'delete',
			'ctrl-w',
			'ctrl-u',
			'ctrl-k',
			'é',
			'😀',
			'space',
		];
		fc.assert(
			fc.property(fc.string({unit: 'grapheme'}), fc.array(fc.constantFrom(...names), {maxLength: 30}), (text, keys) => {
				const {text: now, at} = after(
					prompt('', text, () => {}),
					...keys.map(key),
				) as Of<'prompt'>;
				expect(at).toBeGreaterThanOrEqual(0);
				expect(at).toBeLessThanOrEqual(now.length);
				// Encoding replaces half of a surrogate pair with another character.
				for (const part of [now, now.slice(0, at)]) expect(Buffer.from(part).toString()).toBe(part);
			}),
		);
	});

	test('reports each change, returns its text on Enter, and cancels on Esc', () => {
		const heard: string[] = [];
		const made = (): Sheet =>
			prompt('x', 'a', text => heard.push(`done ${text}`), {
				live: text => heard.push(`live ${text}`),
				cancel: () => heard.push('cancel'),
			});
		expect(after(made(), key('b'), key('left'), key('enter'))).toBeUndefined();
		expect(after(made(), key('b'), key('esc'))).toBeUndefined();
		expect(after(made(), key('ctrl-c'))).toBeUndefined();
		expect(heard).toEqual(['live ab', 'done ab', 'live ab', 'cancel', 'cancel']);
	});

	test('ignores clicks and the wheel', () => {
		const sheet = prompt('x', 'a', () => {});
		expect(after(sheet, {kind: 'click', column: 0, row: 0}, {kind: 'wheel', column: 0, row: 0, by: 1})).toMatchObject({
			text: 'a',
			at: 1,
		});
	});
});

describe('a confirmation', () => {
	const asked = (...inputs: readonly Input[]) => {
		let times = 0;
		const sheet: Sheet = {kind: 'confirm', title: '', loses: '', commands: [], yes: () => void times++};
		return {open: after(sheet, ...inputs) !== undefined, times};
	};
	test.each([
		['y', {open: false, times: 1}],
		['Y', {open: false, times: 1}],
		['n', {open: false, times: 0}],
		['N', {open: false, times: 0}],
		['q', {open: false, times: 0}],
		['esc', {open: false, times: 0}],
		['ctrl-c', {open: false, times: 0}],
		['enter', {open: true, times: 0}],
		['space', {open: true, times: 0}],
		['s', {open: true, times: 0}],
		['ctrl-y', {open: true, times: 0}],
	])('%s', (name, result) => {
		expect(asked(key(name))).toEqual(result);
	});
	test('a pasted y, a click, and the wheel are ignored', () => {
		expect(asked(paste('y'), {kind: 'click', column: 0, row: 0}, {kind: 'wheel', column: 0, row: 0, by: 1})).toEqual({
			open: true,
			times: 0,
		});
	});
});

describe('a list of choices', () => {
	const picked: string[] = [];
	const choices = ['alpha', 'beta', 'alphabet', 'gamma'].map(
		(label): Choice => ({label, pick: () => void picked.push(label)}),
	);
	const list: Sheet = {kind: 'choose', title: '', text: '', choices, cursor: 0};
	const pick = (...keys: readonly (string | Input)[]): readonly string[] => {
		picked.length = 0;
		expect(after(list, ...keys.map(one => (typeof one === 'string' ? key(one) : one)), key('enter'))).toBeUndefined();
		return [...picked];
	};

	test.each([
		[[], ['alpha']],
		[['down', 'ctrl-n'], ['alphabet']],
		[['down', 'down', 'ctrl-p', 'up', 'up'], ['alpha']],
		[['pagedown'], ['gamma']],
		[['pagedown', 'down', 'up'], ['alphabet']],
		[['pagedown', 'pageup'], ['alpha']],
		[['b', 'e', 'down'], ['alphabet']],
		[['b', 'e', 'down', 'down', 'down'], ['alphabet']],
		[['z'], []],
		[['z', 'down', 'backspace'], ['alpha']],
		[['z', 'z', 'ctrl-u'], ['alpha']],
		[[paste('gam\n')], ['gamma']],
		[[{kind: 'wheel', column: 0, row: 0, by: 1} as const], ['beta']],
	] as const)('%j picks %j', (keys, result) => {
		expect(pick(...keys)).toEqual(result);
	});

	test('narrowing moves the cursor to the best match', () => {
		expect(after(list, key('down'), key('down'), key('a'))).toMatchObject({text: 'a', cursor: 0});
		expect(after(list, key('down'), key('left'))).toMatchObject({text: '', cursor: 1});
	});

	test('Esc picks nothing', () => {
		picked.length = 0;
		expect(after(list, key('down'), key('esc'))).toBeUndefined();
		expect(picked).toEqual([]);
	});

	test('a cursor past the last choice picks the last choice', () => {
		picked.length = 0;
		after({...list, cursor: 99}, key('enter'));
		expect(picked).toEqual(['gamma']);
		expect(after({...list, choices: []}, key('down'))).toMatchObject({cursor: 0});
	});
});

describe('a text to read', () => {
	const text: Sheet = {kind: 'text', title: '', lines: () => [], top: 0};
	const topOf = (...keys: readonly string[]) => (after(text, ...keys.map(key)) as Of<'text'>).top;

	test('scrolls by lines and pages, but not before its start', () => {
		expect(topOf('down', 'j', 'space', 'pagedown')).toBe(22);
		expect(topOf('down', 'up', 'k')).toBe(0);
		expect(topOf('pagedown', 'pageup')).toBe(0);
		expect(topOf('pagedown', 'home')).toBe(0);
		expect(topOf('pagedown', 'g')).toBe(0);
		expect(topOf('G')).toBeGreaterThan(1e6);
		expect(topOf('end')).toBeGreaterThan(1e6);
		expect(after(text, {kind: 'wheel', column: 0, row: 0, by: 1})).toMatchObject({top: 3});
	});

	test('closes on its closing keys only', () => {
		for (const name of ['q', 'esc', 'enter', '?', 'ctrl-c']) expect(after(text, key(name))).toBeUndefined();
		expect(after(text, key('x'), paste('q'))).toEqual(text);
	});

	test('stays open if it takes the key that would close it', () => {
		const heard: string[] = [];
		const stays: Sheet = {...text, stay: name => (heard.push(name), name === 'q' || name === 'esc')};
		expect(after(stays, key('q'), key('esc'))).toBe(stays);
		expect(after(stays, key('enter'))).toBeUndefined();
		expect(heard).toEqual(['q', 'esc', 'enter']);
	});
});

test('a command line is quoted for a shell', () => {
	expect(commandText(['kill', '-s', 'TERM', 'a-b_c.1'])).toBe('tsbox kill -s TERM a-b_c.1');
	expect(commandText(['up', '/a b/c', "it's", '', '$x'])).toBe(`tsbox up '/a b/c' 'it'\\''s' '' '$x'`);
});
