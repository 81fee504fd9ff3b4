import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parsePositiveSize, parseSize, parseSwapSize} from './size.ts';

test.each([
	['0', 0],
	['1024', 1024],
	[4096, 4096],
	['1b', 1],
	['64k', 65_536],
	['64kb', 65_536],
	['64KiB', 65_536],
	['100m', 104_857_600],
	['100 MB', 104_857_600],
	['1.5g', 1_610_612_736],
	['1GiB', 1_073_741_824],
	['.5k', 512],
	['2t', 2_199_023_255_552],
])('%s is %d bytes', (size, bytes) => {
	expect(parseSize(size)).toEqual({ok: true, value: bytes});
});

test.each(['', 'm', '12 parsecs', '-1', '1bb', '1ib', '1 k b', '0x10', '1e3', '1,5g', '9999999p', Number.NaN])(
	'%s is not a size',
	size => {
		expect(parseSize(size).ok).toBe(false);
	},
);

test('every whole number of units is converted to bytes', () => {
	const units = fc.constantFrom('', 'b', 'k', 'm', 'g').chain(unit => fc.constantFrom(unit, unit.toUpperCase()));
	fc.assert(
		fc.property(fc.integer({min: 0, max: 1_000_000}), units, (amount, unit) => {
			const factor = 1024 ** Math.max(0, 'bkmg'.indexOf(unit.toLowerCase() || 'b'));
			expect(parseSize(`${amount}${unit}`)).toEqual({ok: true, value: amount * factor});
		}),
	);
});

test('any string yields a size or a problem, and a size is never negative', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			const parsed = parseSize(text);
			expect(parsed.ok ? parsed.value >= 0 : parsed.problem.length > 0).toBe(true);
		}),
	);
});

test('a limit of 0 is refused, a swap limit of 0 means not set, and -1 means unlimited', () => {
	expect(parsePositiveSize(0).ok).toBe(false);
	expect(parseSwapSize(0)).toEqual({ok: true, value: undefined});
	expect(parseSwapSize('-1')).toEqual({ok: true, value: -1});
	expect(parseSwapSize('-2').ok).toBe(false);
});
