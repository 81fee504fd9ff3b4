import {expect, test} from 'vitest';
import {findUser} from './find-user.ts';

const passwd =
	'root:x:0:0:root:/root:/bin/sh\nwww:x:33:34:web:/var/www:/bin/sh\n12:x:7:7::/seven:\nodd:x:40:41\nnone:x::5::/:\n';
const group = 'root:x:0:\nwww:x:34:\naudio:x:29:www,root\nvideo:x:44:other,www\nwwwx:x:50:wwwx\nbad:x:nan:www\n';

function found(user: string, ...more: readonly string[]): string {
	const {uid, gid, groups, home} = findUser(user, more, {passwd, group});
	return `${uid} ${gid} ${groups.join(',')} ${home}`;
}

// The same table as that of the lookup in a container: step/script/init-script.programs.test.ts.
test.each([
	[['root'], '0 0 0,29 /root'],
	[['www'], '33 34 34,29,44 /var/www'],
	[['33'], '33 34 34,29,44 /var/www'],
	[['www:audio'], '33 29 29 /var/www'],
	[['www:7'], '33 7 7 /var/www'],
	[['1000'], '1000 0 0 /'],
	[['1000:www', 'audio', '99'], '1000 34 34,29,99 /'],
	[['12'], '7 7 7 /seven'],
	[['odd'], '40 41 41 /'],
] as const)('%j is %s', ([user, ...more], said) => {
	expect(found(user, ...more)).toBe(said);
});

test.each([
	[['nobody'], 'no user `nobody` in /etc/passwd'],
	[['none'], 'no user `none` in /etc/passwd'],
	[['www:nobody'], 'no group `nobody` in /etc/group'],
	[['www', 'bad'], 'no group `bad` in /etc/group'],
] as const)('%j is refused', ([user, ...more], said) => {
	expect(() => found(user, ...more)).toThrow(said);
});
