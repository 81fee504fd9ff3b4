import {expect, test} from 'vitest';
import {parseDetachKeys, usualDetachKeys} from './detach-keys.ts';

test.each([
	['ctrl-p,ctrl-q', usualDetachKeys],
	['ctrl-a', [1]],
	['ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_', [0, 27, 28, 29, 30, 31]],
	['a,Z,~', [97, 90, 126]],
])('%s becomes the bytes %j', (text, value) => {
	expect(parseDetachKeys(text)).toEqual({ok: true, value});
});

test.each(['', 'ctrl-', 'ctrl-P', 'ctrl-1', 'ctrl-ab', 'ab', 'a,', ',', 'ctrl-p ctrl-q', 'é', ' ', '\u001b'])(
	'%j is refused',
	text => {
		expect(parseDetachKeys(text)).toMatchObject({ok: false, problem: expect.stringContaining('must be keys such as')});
	},
);
