import {expect, test} from 'vitest';
import {parseUser} from './user.ts';

test.each([
	[0, '0'],
	['www', 'www'],
	['1000:www', '1000:www'],
])('the user %s is %s', (written, value) => {
	expect(parseUser(written)).toEqual({ok: true, value});
});

test.each(['', ':', '1000:', ':1000', '::', 'a:b:c', '--reuid=0', '4294967295', '1a', 'a b'])(
	'%j is no user',
	written => {
		expect(parseUser(written)).toHaveProperty('problem');
	},
);
