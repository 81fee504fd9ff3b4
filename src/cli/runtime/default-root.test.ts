import {expect, test} from 'vitest';
import {defaultRoot} from './default-root.ts';

const owners: Readonly<Record<string, number>> = {'/run/user/7': 7, '/home/u': 7, '/home/other': 8, '/r': 7};
const host = {stat: (path: string) => (owners[path] === undefined ? undefined : ({uid: owners[path]} as never))};

test.each([
	[0, {}, '/run/tsbox-runtime'],
	[7, {XDG_RUNTIME_DIR: '/r'}, '/r/tsbox-runtime'],
	[7, {XDG_RUNTIME_DIR: '/home/other'}, '/run/user/7/tsbox-runtime'],
	[8, {HOME: '/home/other'}, '/home/other/.local/share/tsbox/runtime'],
])('user %s with %o has %s', (uid, env, root) => {
	expect(defaultRoot(host, env, uid)).toBe(root);
});

test('root of a user namespace, to which /run of the host is that of nobody, has the folder of its user', () => {
	const inside: Readonly<Record<string, number>> = {'/run': 65_534, '/run/user/7': 0};
	const seen = {stat: (path: string) => ({uid: inside[path] ?? 65_534}) as never};
	expect(defaultRoot(seen, {XDG_RUNTIME_DIR: '/run/user/7'}, 0)).toBe('/run/user/7/tsbox-runtime');
});

test('a user without a folder is told so', () => {
	expect(() => defaultRoot(host, {HOME: '/home/u', XDG_RUNTIME_DIR: 'r'}, 9)).toThrow('no folder');
});
