import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {measure} from './measure.ts';

test('each character is as wide as string-width says, also between others', () => {
	const wrong: string[] = [];
	for (let code = 0x20; code < 0xd800; code++)
		for (const text of [String.fromCharCode(code), `│${String.fromCharCode(code)}a✔`])
			if (measure(text) !== stringWidth(text)) wrong.push(code.toString(16));
	expect(wrong).toEqual([]);
});

test('what joins with its neighbour is as wide as string-width says', () => {
	for (const text of ['❤\ufe0f', '👩‍👩‍👧 web', '®\ufe0f', 'e\u0301', '1\u20e3', '日本', ''])
		expect(measure(text)).toBe(stringWidth(text));
});
