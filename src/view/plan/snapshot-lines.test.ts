import {expect, test} from 'vitest';
import {sampleSnapshot} from '../../../test/support/sample-snapshot.ts';
import {changes} from '../../kernel/snapshot-changes.ts';
import {theme} from '../text/theme.ts';
import {changeLines, changeRows, snapshotLines, snapshotRows} from './snapshot-lines.ts';

const look = {columns: 60, theme: theme(false), width: (text: string) => text.length};

test('changes by area, with wrapped text and without control characters', () => {
	const before = sampleSnapshot();
	const [root] = before.mounts;
	const long = {
		...root,
		id: 21,
		target: '/a\u001b',
		source: 'a-source',
		options: ['rw', 'nosuid', 'nodev', 'noexec'],
	} as never;
	const after = sampleSnapshot({
		mounts: [...before.mounts, long, {...root, id: 22, target: '/b'} as never],
		hostname: 'demo',
	});
	expect(changeLines(changes(before, after), look)).toEqual([
		'+ mounts        /a\\x1b: ext4 a-source',
		'                  (rw,nosuid,nodev,noexec,shared)',
		'+               /b: ext4 /dev/vda (rw,shared)',
		'~ hostname      host -> demo',
	]);
});

test('a whole snapshot against another process', () => {
	const snapshot = sampleSnapshot({
		nspid: [7, 1],
		namespaces: {mount: '1', pid: '5', uts: '3', user: '4'},
		cgroups: [
			{
				controller: 'memory',
				path: '/demo',
				folder: '/m',
				files: {'memory.limit_in_bytes': '104857600', 'memory.soft_limit_in_bytes': '9223372036854771712'},
			},
		],
	});
	expect(snapshotLines(snapshot, sampleSnapshot(), look, 60)).toEqual([
		'process       pid 7, 1 inside, one of 3',
		'root          / (inode 2 of device 1)',
		'namespaces    own: pid 5',
		'              shared: mount 1, uts 3, user 4',
		'hostname      host',
		'mounts        /: ext4 /dev/vda (rw,shared)',
		'cgroups       memory: /demo',
		'              memory.limit_in_bytes 104857600 (100 MiB)',
		'              memory.soft_limit_in_bytes 9223372036854771712',
		'              (no limit)',
		'capabilities  effective, permitted, bounding: CAP_CHOWN',
		'              CAP_KILL',
		'              inheritable, ambient: none',
		'ids           uid 0, gid 0, groups none',
		'              uid_map 0 0 4294967295',
		'              gid_map 0 0 4294967295',
		'seccomp       off; no_new_privs off',
		'network       lo 127.0.0.1/8',
	]);
	expect(snapshotLines(snapshot, undefined, look, 60)).toContain('namespaces    mount 1, pid 5, uts 3, user 4');
});

test('a dashboard gets the same as rows', () => {
	const rows = changeRows(changes(sampleSnapshot(), sampleSnapshot({hostname: 'demo'})), 60, look.width);
	expect(rows).toEqual([{sign: '~', label: 'hostname', text: 'host -> demo'}]);
	expect(snapshotRows(sampleSnapshot(), undefined, 60, look.width)[0]).toEqual({
		sign: undefined,
		label: 'process',
		text: 'pid 7, one of 3',
	});
});
