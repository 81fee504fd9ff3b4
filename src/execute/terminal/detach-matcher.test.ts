import {expect, test} from 'vitest';
import {detachMatcher} from './detach-matcher.ts';

function typed(keys: string, ...pieces: readonly string[]): readonly [passed: string, detached: boolean] {
	const matcher = detachMatcher([...Buffer.from(keys)]);
	let passed = '';
	for (const piece of pieces) {
		const {pass, detached} = matcher.feed(Buffer.from(piece));
		passed += pass.toString();
		if (detached) return [passed, true];
	}
	return [passed, false];
}

test('input before the detach keys is passed on, input after them is not', () => {
	expect(typed('\u0010\u0011', 'ls\n\u0010\u0011rm\n')).toEqual(['ls\n', true]);
});

test('the detach keys may arrive in pieces', () => {
	expect(typed('\u0010\u0011', 'a\u0010', '\u0011')).toEqual(['a', true]);
});

test('an incomplete sequence is passed on with the next byte', () => {
	expect(typed('\u0010\u0011', 'a\u0010')).toEqual(['a', false]);
	expect(typed('\u0010\u0011', 'a\u0010', 'b')).toEqual(['a\u0010b', false]);
});

test('a sequence that begins inside an incomplete one is found', () => {
	expect(typed('aab', 'aaab')).toEqual(['a', true]);
	expect(typed('aab', 'aa', 'c')).toEqual(['aac', false]);
	expect(typed('\u0010\u0011', '\u0010\u0010\u0011')).toEqual(['\u0010', true]);
});
