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

test('what goes before the keys is passed on, what follows is not', () => {
	expect(typed('\u0010\u0011', 'ls\n\u0010\u0011rm\n')).toEqual(['ls\n', true]);
});

test('they may come in pieces', () => {
	expect(typed('\u0010\u0011', 'a\u0010', '\u0011')).toEqual(['a', true]);
});

test('a beginning that does not go on is passed on, late', () => {
	expect(typed('\u0010\u0011', 'a\u0010')).toEqual(['a', false]);
	expect(typed('\u0010\u0011', 'a\u0010', 'b')).toEqual(['a\u0010b', false]);
});

test('a beginning within a beginning is found', () => {
	expect(typed('aab', 'aaab')).toEqual(['a', true]);
	expect(typed('aab', 'aa', 'c')).toEqual(['aac', false]);
	expect(typed('\u0010\u0011', '\u0010\u0010\u0011')).toEqual(['\u0010', true]);
});
