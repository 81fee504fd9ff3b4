import fc from 'fast-check';
import {expect, test} from 'vitest';
import {naturalOrder} from './natural-order.ts';

const sorted = (...texts: readonly string[]): readonly string[] => texts.toSorted(naturalOrder);

test('numbers sort by value anywhere in a text', () => {
	expect(sorted('web-10', 'web-9', 'web', 'web-100', 'db-2')).toEqual(['db-2', 'web', 'web-9', 'web-10', 'web-100']);
	expect(sorted('1.10.x', '1.9.x', '1.10.a')).toEqual(['1.9.x', '1.10.a', '1.10.x']);
	expect(sorted('80/tcp', '', '443/tcp')).toEqual(['', '80/tcp', '443/tcp']);
});

test('capital letters sort next to their small letters', () => {
	expect(sorted('b', 'C', 'a', 'B2', 'b10')).toEqual(['a', 'b', 'B2', 'b10', 'C']);
});

test('the order is total, and only identical texts are equal', () => {
	const texts = fc.array(fc.string({unit: fc.constantFrom('a', 'B', '0', '1', '9', '-', '日')}), {maxLength: 8});
	fc.assert(
		fc.property(texts, some => {
			const all = sorted(...some);
			for (const [at, left] of all.entries())
				for (const right of all.slice(at)) {
					expect(naturalOrder(left, right)).toBeLessThanOrEqual(0);
					expect(naturalOrder(left, right) === 0).toBe(left === right);
				}
		}),
	);
});
