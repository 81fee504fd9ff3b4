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
])('%s is taken for %s', (word, meant) => {
	expect(didYouMean(word, verbs)).toBe(meant);
});

test.each(['', 'banana', 'xy', 'start'])('for %j nothing is offered', word => {
	expect(didYouMean(word, verbs)).toBeUndefined();
});

test('a word that is right beats one that is a swap away', () => {
	expect(didYouMean('ab', ['ba', 'ab'])).toBe('ab');
});

test('with nothing known there is nothing to offer', () => {
	expect(didYouMean('up', [])).toBeUndefined();
});
