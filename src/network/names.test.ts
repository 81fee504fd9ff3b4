import {expect, test} from 'vitest';
import {bridgeName, isInterfaceName} from './names.ts';

test.each([
	['br0', true],
	['a'.repeat(15), true],
	['a'.repeat(16), false],
	['', false],
	['..', false],
	['-x', false],
	['br%d', false],
	['br/0', false],
	['br 0', false],
	['br:0', false],
	['brü', false],
])('%j as an interface: %s', (word, isOne) => {
	expect(isInterfaceName(word)).toBe(isOne);
});

test('a network of any name has a bridge of its own, and another in another state folder', () => {
	const long = 'n'.repeat(64);
	expect(isInterfaceName(bridgeName('/run/tsbox', long))).toBe(true);
	const names = [bridgeName('/run/tsbox', long), bridgeName('/run/tsbox', `${long}2`), bridgeName('/tmp/x', long)];
	expect(new Set(names).size).toBe(3);
});
