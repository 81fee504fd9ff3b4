import {expect, test} from 'vitest';
import {mountOf, parseMountinfo} from './mountinfo.ts';

const text = `22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:50 /sub\\040dir /mnt/a\\040b ro,nosuid master:1 propagate_from:2 - tmpfs none rw,size=4k
41 27 0:51 / /mnt rw - tmpfs later rw

garbage
`;

test('parses a row with any number of optional fields before the dash', () => {
	expect(parseMountinfo(text)[2]).toEqual({
		id: 40,
		parent: 27,
		root: '/sub dir',
		target: '/mnt/a b',
		options: ['ro', 'nosuid'],
		propagation: ['master:1', 'propagate_from:2'],
		type: 'tmpfs',
		source: 'none',
		superOptions: ['rw', 'size=4k'],
	});
});

test('skips malformed rows', () => {
	expect(parseMountinfo(text).map(({id}) => id)).toEqual([22, 27, 40, 41]);
});

test('finds the deepest mount above a path, and not one that only shares a prefix of its name', () => {
	const mounts = parseMountinfo(text);
	expect(mountOf('/mnt/a b/c', mounts)?.id).toBe(40);
	expect(mountOf('/mnt/a bc', mounts)?.id).toBe(41);
	expect(mountOf('/mntx', mounts)?.id).toBe(27);
});
