import {expect, test} from 'vitest';
import {lineDiff} from './line-diff.ts';

function diff(before: string, after: string): string {
	return lineDiff(before.split(''), after.split(''))
		.map(({sign, text}) => `${sign}${text}`.trim())
		.join(' ');
}

test.each([
	['abc', 'abc', 'a b c'],
	['', 'ab', '+a +b'],
	['ab', '', '-a -b'],
	['abcd', 'axcd', 'a -b +x c d'],
	['abcd', 'bcde', '-a b c d +e'],
	['ab', 'xy', '-a -b +x +y'],
])('from %j to %j', (before, after, expected) => {
	expect(diff(before, after)).toBe(expected);
});
