import {expect, test} from 'vitest';
import {didYouMean} from './did-you-mean.ts';

const verbs = ['up', 'run', 'exec', 'ps', 'down', 'plan', 'inspect', 'images'];

test.each([
	['pu', 'up'],
	['exce', 'exec'],
	['sp', 'ps'],
	['upp', 'up'],
	['PLAN', 'plan'],
	['imagse', 'images'],
	['inspekt', 'inspect'],
])('%s suggests %s', (word, meant) => {
	expect(didYouMean(word, verbs)).toBe(meant);
});

test.each(['', 'banana', 'xy', 'start'])('%j suggests nothing', word => {
	expect(didYouMean(word, verbs)).toBeUndefined();
});

test('an exact match beats a swap', () => {
	expect(didYouMean('ab', ['ba', 'ab'])).toBe('ab');
});

test('suggests nothing when no words are known', () => {
	expect(didYouMean('up', [])).toBeUndefined();
});
