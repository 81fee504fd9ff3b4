import {expect, test} from 'vitest';
import {age, duration, plural} from './duration.ts';

test.each([
	[0, '0 ms'],
	[0.44, '0.4 ms'],
	[41.3, '41 ms'],
	[999.6, '1 s'],
	[1234, '1.2 s'],
	[59_960, '1 min 0 s'],
	[125_000, '2 min 5 s'],
])('%d ms take %s', (ms, text) => {
	expect(duration(ms)).toBe(text);
});

test.each([
	[-5, '0 seconds'],
	[1000, '1 second'],
	[60_000, '1 minute'],
	[7_200_000, '2 hours'],
	[172_800_000, '2 days'],
])('an age of %d ms is %s', (ms, text) => {
	expect(age(ms)).toBe(text);
});

test('a noun gets a plural s', () => {
	expect([plural(0, 'step'), plural(1, 'step'), plural(2, 'step')]).toEqual(['0 steps', '1 step', '2 steps']);
});
