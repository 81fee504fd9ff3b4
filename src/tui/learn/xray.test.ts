import {expect, test} from 'vitest';
import {plainText, textsIn} from '../../../test/support/sample-frame.ts';
import {sampleSnapshot} from '../../../test/support/sample-snapshot.ts';
import type {Snapshot} from '../../kernel/snapshot.ts';
import {mountKey, xrayLines} from './xray.ts';

const room = sampleSnapshot();
const known = new Set(room.mounts.map(mountKey));
const xray = (shell: Snapshot | undefined, rows = 20, fresh: readonly 'root'[] = []) =>
	xrayLines({shell, against: room, others: 'the room', known, fresh: new Set(fresh)}, rows);
const mount = {
	id: 30,
	target: '/proc',
	source: 'proc',
	folder: '/',
	type: 'proc',
	options: ['ro'],
	superOptions: [],
	propagation: [],
};
const boxed = sampleSnapshot({
	root: {path: '/root/lab/rootfs', device: 5, inode: 9},
	namespaces: {...room.namespaces, mount: '11', pid: '12'},
	mounts: [mount],
	cgroups: [
		{
			controller: 'memory',
			path: '/demo',
			folder: '/x',
			files: {'memory.limit_in_bytes': '104857600', 'memory.usage_in_bytes': '1048576'},
		},
	],
	capabilities: {...room.capabilities, effective: []},
	ids: {uid: 100_000, gid: 100_000, groups: [], uidMap: '0 100000 65536', gidMap: '0 100000 65536'},
	seccomp: {mode: 'filter', filters: 2},
	interfaces: [],
});

test('a process like all others shares everything', () => {
	expect(plainText(xray(room))).toBe(
		[
			'namespaces   all 4 shared with the room',
			'root         /  the root of the room',
			'mounts       the 1 of the room',
			'cgroup       that of the room',
			'capabilities 2 chown kill',
			'user         uid 0',
			'seccomp      off  no_new_privs off',
			'network      lo 127.0.0.1/8',
		].join('\n'),
	);
});

test('what a process has for itself is named', () => {
	const lines = xray(boxed);
	expect(plainText(lines)).toBe(
		[
			'namespaces   own mount pid',
			'             shared uts user',
			'root         /root/lab/rootfs  own: inode 9 of device 5',
			'mounts       /proc proc ro  1 own, none of the room',
			'cgroup       /demo  memory 100 MiB, used 1 MiB  memory',
			'capabilities 0 none  can get at most 2',
			'user         uid 0 inside, 100000 outside  uid_map 0 100000 65536',
			'seccomp      2 filters  no_new_privs off',
			'network      no interface',
		].join('\n'),
	);
	expect(textsIn(lines, 'ok')).toEqual(['mount pid', '/root/lab/rootfs', '/proc', '/demo', '2 filters']);
});

test('few rows have what matters, and what has just changed', () => {
	expect(
		plainText(xray(boxed, 2))
			.split('\n')
			.map(row => row.split(' ')[0]),
	).toEqual(['namespaces', 'root']);
	const fresh = xray(boxed, 1, ['root']);
	expect(plainText(fresh)).toContain('root ');
	expect(textsIn(fresh, 'match')).toEqual(['root']);
});

test('without a process there is nothing to see', () => {
	expect(plainText(xray(undefined))).toBe('no process');
});

test('names from the container draw nothing', () => {
	const evil = sampleSnapshot({mounts: [{...mount, target: '/\u001b[31m', source: '\u0007'}]});
	expect(plainText(xray(evil))).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
