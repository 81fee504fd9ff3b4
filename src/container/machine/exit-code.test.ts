import {constants} from 'node:os';
import {expect, test} from 'vitest';
import {exitCodeOf, signalNumbers} from './exit-code.ts';

test.each([
	[0, undefined, 0],
	[7, undefined, 7],
	[undefined, 'SIGKILL', 137],
	[undefined, 'SIGTERM', 143],
	[undefined, 'SIGINT', 130],
])('exit code %s and signal %s give %s', (exitCode, signal, status) => {
	expect(exitCodeOf({exitCode, signal})).toBe(status);
});

test('the signal numbers are those of this system', () => {
	expect(constants.signals).toMatchObject(signalNumbers);
});
