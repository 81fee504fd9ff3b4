import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {clusterEnd, measure, textWidth} from './width.ts';

const segmenter = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

function clusters(text: string): readonly string[] {
	const parts: string[] = [];
	for (let at = 0; at < text.length; ) {
		const end = clusterEnd(text, at);
		parts.push(text.slice(at, end));
		at = end;
	}
	return parts;
}

const pieces = fc.constantFrom(
	'a',
	' ',
	'é',
	'e\u0301',
	'日',
	'한',
	'\u1112\u1161\u11ab',
	'👩‍👩‍👧',
	'🇩🇪',
	'│',
	'⣿',
	'ж',
	'✔',
	'❤\ufe0f',
	'\u00ae\ufe0f',
	'\u0300',
);

test('texts are divided into the grapheme clusters of Unicode', () => {
	fc.assert(
		fc.property(
			fc.oneof(
				fc.array(pieces).map(parts => parts.join('')),
				fc.string({unit: 'binary', maxLength: 30}),
			),
			text => {
				expect(clusters(text)).toEqual([...segmenter.segment(text)].map(({segment}) => segment));
			},
		),
	);
});

test('textWidth equals the measure', () => {
	fc.assert(
		fc.property(
			fc.array(pieces).map(parts => parts.join('')),
			text => {
				expect(textWidth(text, stringWidth)).toBe(stringWidth(text));
			},
		),
	);
});

test('each character is divided from its neighbors as in Unicode', () => {
	const wrong: string[] = [];
	for (let code = 0x20; code < 0xd800; code++)
		for (const neighbour of ['a', '✔']) {
			const text = `${neighbour}${String.fromCharCode(code)}${neighbour}`;
			if (clusters(text).length !== [...segmenter.segment(text)].length) wrong.push(code.toString(16));
		}
	expect(wrong).toEqual([]);
});

test('each character has the width of string-width, alone and between others', () => {
	const wrong: string[] = [];
	for (let code = 0x20; code < 0xd800; code++)
		for (const text of [String.fromCharCode(code), `│${String.fromCharCode(code)}a✔`])
			if (measure(text) !== stringWidth(text)) wrong.push(code.toString(16));
	expect(wrong).toEqual([]);
});

test('combining characters have the width of string-width', () => {
	for (const text of ['❤\ufe0f', '👩‍👩‍👧 web', '®\ufe0f', 'e\u0301', '1\u20e3', '日本', ''])
		expect(measure(text)).toBe(stringWidth(text));
});
