import {execFileSync, spawn} from 'node:child_process';
import {expect, test} from 'vitest';

test('a unit test that starts a program fails, and is told where it belongs', () => {
	expect(() => spawn('true')).toThrow('NAME.programs.test.ts');
	expect(() => execFileSync('true')).toThrow('NAME.programs.test.ts');
});
