import {expect, test} from 'vitest';
import {fstabLine} from './fstab.ts';

test.each([
	['#source', '\\043source /t none defaults 0 0'],
	['a b', 'a\\040b /t none defaults 0 0'],
	['a\\b', 'a\\134b /t none defaults 0 0'],
])('the source %s is escaped', (source, line) => {
	expect(fstabLine({source, target: '/t', type: 'none', options: [], why: ''})).toBe(line);
});
