import {describe, expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {sampleSnapshot} from '../../../test/support/sample-snapshot.ts';
import type {Snapshot} from '../../kernel/snapshot.ts';
import {containerHasInterface, containerOf, hasContainer, pidInRoom, roomHasInterface} from './container-goals.ts';
import {fileHas, isGone, oomKills, victimIs} from './file-goals.ts';
import * as goals from './goals.ts';
import type {Goal, Observed} from './lesson.ts';

/** A room with process 100 as its first, 7 as its shell, and what a test adds. */
function look(goal: Goal, shell: Partial<Snapshot> = {}, more: Partial<Observed> = {}): true | string {
	const room = sampleSnapshot({pid: 100, nspid: [100, 1]});
	const front = sampleSnapshot({pid: 107, nspid: [107, 7], ...shell});
	return goal({room, shell: front, processes: [100, 107], output: '', host: recordingHost(), ...more});
}

const own = (kind: string): Partial<Snapshot> => ({namespaces: {...sampleSnapshot().namespaces, [kind]: '99'}});
const caps = (effective: readonly string[], bounding = effective): Partial<Snapshot> => ({
	capabilities: {...sampleSnapshot().capabilities, effective, bounding},
});
const otherRoot = {root: {path: '/root/lab/rootfs', device: 1, inode: 30}};
const mapped: Partial<Snapshot> = {
	...own('user'),
	ids: {...sampleSnapshot().ids, uid: 101_000, uidMap: '0 101000 1'},
};
const roomIds = sampleSnapshot({ids: {...sampleSnapshot().ids, uidMap: '0 100000 65536'}});

describe('what is missing is said', () => {
	test.each<readonly [goal: string, Goal, reached: Partial<Snapshot>, missing: string]>([
		['rootIsOwn', goals.rootIsOwn, otherRoot, "the shell's root is still the root of the room"],
		['ownNamespace', goals.ownNamespace('pid'), own('pid'), 'the shell shares the pid namespace of the room'],
		['hasCapability', goals.hasCapability('CAP_BPF'), caps(['CAP_BPF']), 'the shell does not have CAP_BPF'],
		['lacksCapability', goals.lacksCapability('CAP_KILL'), caps([]), 'the shell still has CAP_KILL'],
		['hasOnlyCapabilities', goals.hasOnlyCapabilities(), caps([]), 'the effective set of the shell has 2 more'],
		['filterLoaded', goals.filterLoaded, {seccomp: {mode: 'filter', filters: 1}}, 'the shell has no seccomp filter'],
		['mapped', goals.mapped, mapped, 'the shell shares the user namespace of the room'],
		[
			'inCgroup',
			goals.inCgroup('demo'),
			{cgroups: [{controller: 'memory', path: '/tsbox/learn/demo', folder: undefined, files: {}}]},
			'the shell is not in the cgroup demo',
		],
		[
			'hasInterface',
			goals.hasInterface('box0'),
			{interfaces: [{name: 'box0', addresses: []}]},
			'there is no interface box0',
		],
	])('%s', (_, goal, reached, missing) => {
		expect([look(goal, reached), look(goal)]).toEqual([true, missing]);
		expect(look(goal, {}, {shell: undefined})).toBe('no shell is in the foreground');
	});

	test('a bounding set that is too large', () => {
		expect(look(goals.hasOnlyCapabilities(), caps([], ['CAP_KILL']))).toBe('the bounding set of the shell has 1 more');
	});

	test('the first of several', () => {
		expect(look(goals.all(goals.rootIsOwn, goals.ownNamespace('pid')), otherRoot)).toContain('pid namespace');
	});

	test('a mount, in the words of the checks of a start', () => {
		const host = recordingHost({'/proc/107/mountinfo': '30 20 0:5 / /proc ro - proc proc rw\n'});
		expect(look(goals.hasMount('/proc', 'proc', ['ro']), {}, {host})).toBe(true);
		expect(look(goals.hasMount('/proc', 'tmpfs'), {}, {host})).toBe('/proc is a proc and not a tmpfs');
		expect(look(goals.hasMount('/tmp'), {}, {host})).toBe('nothing is mounted on /tmp');
	});

	test('a user, by the number that the room has for him', () => {
		expect(look(goals.runsAs(1000), mapped, {room: roomIds})).toBe(true);
		expect(look(goals.runsAs(1001), mapped, {room: roomIds})).toBe('for the room the shell is user 1000, not 1001');
		const stranger = {ids: {...sampleSnapshot().ids, uid: 5}};
		expect(look(goals.runsAs(1000), stranger, {room: roomIds})).toContain('user nobody');
	});

	test('attacks that were refused are counted', () => {
		const output = 'a: Operation not permitted\nb: permission denied (are you root?)\n';
		expect(look(goals.refused(2), {}, {output})).toBe(true);
		expect(look(goals.refused(3), {}, {output})).toBe('2 of 3 attacks were tried and refused');
	});
});

describe('files of the room', () => {
	const lab = '/proc/100/root/root/lab';
	const host = recordingHost({
		[`${lab}/hi.txt`]: 'hello\n',
		[`${lab}/rootfs/victim`]: '45\n',
		[`${lab}/events`]: 'oom 1\noom_kill 2\n',
		'/proc/145/status': 'State:\tS\nNSpid:\t145\t45\n',
		'/proc/100/root/sys/max': '5',
	});

	test('paths begin in the lab folder', () => {
		expect(look(fileHas('hi.txt', 'hello'), {}, {host})).toBe(true);
		expect(look(fileHas('/sys/max', '5'), {}, {host})).toBe(true);
		expect(look(fileHas('hi.txt', 'other'), {}, {host})).toBe('hi.txt does not say "other"');
		expect(look(isGone('hi.txt'), {}, {host})).toBe('hi.txt is still there');
		expect(look(oomKills('events'), {}, {host})).toBe(true);
		expect(look(oomKills('hi.txt'), {}, {host})).toBe('hi.txt says oom_kill 0');
	});

	test('a victim lives while a process has its number in the room', () => {
		expect(look(victimIs('alive'), {}, {host, processes: [145]})).toBe(true);
		expect(look(victimIs('dead'), {}, {host, processes: [145]})).toBe('the victim still runs');
		expect(look(victimIs('dead'), {}, {host, processes: [107]})).toBe(true);
		expect(look(victimIs('dead'))).toBe('rootfs/victim has no number');
	});
});

describe('a container beside the shell', () => {
	const host = recordingHost({
		'/proc/145/status': 'State:\tS\nNSpid:\t145\t45\t1\n',
		'/proc/146/status': 'State:\tZ\nNSpid:\t146\t46\t1\n',
		'/proc/107/status': 'State:\tS\nNSpid:\t107\t7\n',
	});
	const seen: Observed = {
		room: sampleSnapshot({pid: 100, nspid: [100, 1]}),
		shell: sampleSnapshot({pid: 107, nspid: [107, 7]}),
		processes: [100, 107, 145, 146],
		output: '',
		host,
	};

	test('is process 1 of a pid namespace in the room; one that has ended is none', () => {
		expect(containerOf(seen)).toBe(145);
		expect(pidInRoom(seen, 145)).toBe(45);
		expect(hasContainer({...seen, processes: [100, 107, 146]})).toBe('no container runs');
	});

	test('the shell itself is none', () => {
		expect(containerOf({...seen, shell: sampleSnapshot({pid: 145, nspid: [145, 45, 1]})})).toBeUndefined();
	});

	test('interfaces', () => {
		expect(roomHasInterface('lo', '127.0.0.1/8')(seen)).toBe(true);
		expect(roomHasInterface('lo', '10.9.0.1/24')(seen)).toBe('lo does not have the address 10.9.0.1/24');
		expect(roomHasInterface('room0')(seen)).toBe('the room has no interface room0');
		expect(containerHasInterface('box0')(seen)).toBe('the container has no interface box0');
	});
});
