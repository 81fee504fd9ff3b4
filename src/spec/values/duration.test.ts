import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseDuration} from './duration.ts';

test.each([
	['10s', 10_000],
	['1m30s', 90_000],
	['500ms', 500],
	['1h', 3_600_000],
	['10us', 0.01],
	['2.5s', 2500],
	['1h5m30s20ms', 3_930_020],
	['0s', 0],
])('%s is %d ms', (duration, milliseconds) => {
	expect(parseDuration(duration)).toEqual({ok: true, value: expect.closeTo(milliseconds, 6)});
});

test.each(['', '10', 10, '-5s', '5x', 's', '1m 30s', '1d', '1s5', '1..5s'])('%s is not a duration', duration => {
	expect(parseDuration(duration).ok).toBe(false);
});

test('a number without a unit is refused, with a hint that adds the unit', () => {
	expect(parseDuration(10)).toMatchObject({ok: false, hint: 'write the unit: `10s`'});
});

test('hours, minutes, seconds, and milliseconds add up', () => {
	const part = fc.nat({max: 10_000});
	fc.assert(
		fc.property(part, part, part, part, (h, m, s, ms) => {
			const total = h * 3_600_000 + m * 60_000 + s * 1000 + ms;
			expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toEqual({ok: true, value: total});
		}),
	);
});

test('any string is a duration or a problem', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			expect(parseDuration(text)).toHaveProperty('ok');
		}),
	);
});
