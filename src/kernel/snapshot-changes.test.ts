import {expect, test} from 'vitest';
import {sampleSnapshot} from '../../test/support/sample-snapshot.ts';
import {changes} from './snapshot-changes.ts';
import type {MountShown, Snapshot} from './snapshot.ts';

const [root] = sampleSnapshot().mounts as readonly [MountShown];

function words(after: Partial<Snapshot>, before: Partial<Snapshot> = {}): readonly string[] {
	return changes(sampleSnapshot(before), sampleSnapshot(after)).map(({area, sign, text}) => `${sign} ${area} ${text}`);
}

test('equal snapshots have no changes, nor have those that differ in use', () => {
	expect(words({})).toEqual([]);
	const [memory] = sampleSnapshot().cgroups;
	expect(words({cgroups: [{...memory, files: {'cgroup.procs': '10'}} as never], processes: 4, pid: 8})).toEqual([]);
});

test('a mount that comes, goes, moves, or gets other options', () => {
	const proc: MountShown = {...root, id: 21, target: '/proc', source: 'proc', type: 'proc', propagation: []};
	expect(words({mounts: [root, proc]})).toEqual(['+ mounts /proc: proc (rw)']);
	expect(words({mounts: [root]}, {mounts: [root, proc]})).toEqual(['- mounts /proc: proc (rw)']);
	expect(words({mounts: [{...root, target: '/old'}]})).toEqual(['~ mounts / -> /old']);
	expect(words({mounts: [{...root, options: ['ro'], propagation: []}]})).toEqual([
		'~ mounts /: ext4 /dev/vda (rw,shared) -> ext4 /dev/vda (ro)',
	]);
	expect(words({mounts: [root, {...root, id: 22, folder: '/srv', target: '/data', propagation: []}]})).toEqual([
		'+ mounts /data: ext4 /dev/vda[/srv] (rw)',
	]);
});

test('mounts that go or move with the one above them are counted', () => {
	const at = (id: number, target: string): MountShown => ({...root, id, target});
	const before = [
		at(1, '/'),
		at(2, '/proc'),
		at(3, '/new'),
		at(4, '/new/proc'),
		at(5, '/new/old'),
		at(6, '/x'),
		at(7, '/new/old/s'),
	];
	const after = [
		at(1, '/old'),
		at(2, '/old/proc'),
		at(3, '/'),
		at(4, '/proc'),
		at(5, '/y'),
		at(6, '/old/x'),
		at(7, '/old'),
	];
	expect(words({mounts: after}, {mounts: before})).toEqual([
		'~ mounts / -> /old, and 2 below it',
		'~ mounts /new -> /, and 1 below it',
		'~ mounts /new/old -> /y',
		'~ mounts /new/old/s -> /old',
	]);
	expect(words({mounts: after.slice(2, 5)}, {mounts: after.slice(0, 6)})).toEqual([
		'- mounts /old: ext4 /dev/vda (rw,shared), and 2 below it',
	]);
});

test('a new mount namespace has the same mounts under other ids', () => {
	expect(words({namespaces: {mount: '9', pid: '2', uts: '3', user: '4'}, mounts: [{...root, id: 90}]})).toEqual([
		'~ namespaces mount: 1 -> 9',
	]);
});

test('root, cgroup, capabilities, ids, seccomp, network, and host name', () => {
	expect(words({root: {path: '/new', device: 1, inode: 5}})).toEqual([
		'~ root / (inode 2 of device 1) -> /new (inode 5 of device 1)',
	]);
	const files = {'memory.limit_in_bytes': '104857600', 'cgroup.procs': '1'};
	expect(words({cgroups: [{controller: 'memory', path: '/demo', folder: '/m/demo', files}]})).toEqual([
		'~ cgroups memory: / -> /demo',
		'+ cgroups memory.limit_in_bytes: 104857600',
	]);
	const {capabilities} = sampleSnapshot();
	const less = ['CAP_CHOWN'];
	expect(words({capabilities: {...capabilities, effective: less, bounding: less, ambient: less}})).toEqual([
		'- capabilities effective, bounding: CAP_KILL',
		'+ capabilities ambient: CAP_CHOWN',
	]);
	expect(words({ids: {uid: 5, gid: 0, groups: [3], uidMap: '0 5 1', gidMap: '0 0 4294967295'}})).toEqual([
		'~ ids uid: 0 -> 5',
		'+ ids groups: 3',
		'~ ids uid_map: 0 0 4294967295 -> 0 5 1',
	]);
	expect(words({seccomp: {mode: 'filter', filters: 1}, noNewPrivileges: true})).toEqual([
		'~ seccomp mode: off -> filter, 1 installed',
		'~ seccomp no_new_privs: 0 -> 1',
	]);
	expect(
		words({
			interfaces: [
				{name: 'lo', addresses: []},
				{name: 'eth0', addresses: ['10.0.0.2/24']},
			],
		}),
	).toEqual(['~ network lo: 127.0.0.1/8 -> no address', '+ network eth0: 10.0.0.2/24']);
	expect(words({hostname: 'demo'})).toEqual(['~ hostname host -> demo']);
	expect(words({hostname: undefined})).toEqual([]);
	expect(words({hostname: 'demo'}, {hostname: undefined})).toEqual(['+ hostname demo']);
});
