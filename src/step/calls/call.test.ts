import {expect, test} from 'vitest';
import {callRow, callText} from './call.ts';

test('a call is shown as a line of C', () => {
	expect(callText(['mount', '/dev', '/new "dev"', null, ['MS_BIND', 'MS_REC'], null])).toBe(
		String.raw`mount("/dev", "/new \"dev\"", NULL, MS_BIND | MS_REC, NULL)`,
	);
	expect(callText(['unshare', []])).toBe('unshare(0)');
	expect(callText(['ioctl', 5, 'TIOCSCTTY', 1])).toBe('ioctl(5, "TIOCSCTTY", 1)');
});

test('a row holds numbers for flags, and no text can end a field or a row', () => {
	expect(callRow(['mount', null, '/a\tb\nc%09', null, ['MS_BIND', 'MS_REC'], ''])).toBe(
		'mount\t\t/a%09b%0Ac%2509\t\t20480\t\n',
	);
	// The highest bit of a 32-bit number is no sign.
	expect(callRow(['unshare', ['CLONE_NEWNET', 'CLONE_NEWPID', 'CLONE_NEWUSER']])).toBe('unshare\t1879048192\n');
});
