import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {accountHome} from './host-root.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n';

test.each([
	['0 0 4294967295', 1000, '/home/me'],
	['0 1000 1\n 1 100000 65536', 0, '/home/me'],
	['0 1000 1\n 1 100000 65536', 5, undefined],
	['0 0 4294967295', 7, undefined],
])('with the map %o, the home of %i is %s', (map, uid, home) => {
	const host = recordingHost({'/proc/self/uid_map': `         ${map}\n`, '/etc/passwd': passwd});
	expect(accountHome(host, uid)).toBe(home);
});
