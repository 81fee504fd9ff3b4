import {expect, test} from 'vitest';
import {parseUser} from './user.ts';

test.each([
	[0, '0'],
	['www', 'www'],
	['1000:www', '1000:www'],
	// As `${UID}:${GID}` leaves it where the variables are not set.
	[':', '0'],
	['1000:', '1000'],
	[':1000', '0:1000'],
])('the user %s is %s', (written, value) => {
	expect(parseUser(written)).toEqual({ok: true, value});
});

test.each(['', '::', 'a:b:c', '--reuid=0', '4294967295', '1a', 'a b'])('%j is no user', written => {
	expect(parseUser(written)).toHaveProperty('problem');
});
