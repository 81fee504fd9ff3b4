import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {cgroupPlace} from './cgroup-path.ts';

const manager = '/user.slice/user-1000.slice/user@1000.service';

function place(
	asked: string,
	{systemd = true, uid = 0, own = `${manager}/user.slice/podman-1.scope`, booted = true} = {},
) {
	const host = recordingHost({
		'/proc/self/cgroup': `0::${own}\n`,
		[`/cg${manager}/cgroup.controllers`]: 'cpu pids\n',
		...(booted ? {'/run/systemd/system': 'dir'} : {}),
	});
	const machine = {host, env: {}, facts: {user: {uid}, cgroup: {unified: '/cg'}}} as unknown as Machine;
	return cgroupPlace(machine, asked, {name: 'n', id: 'i', systemd});
}

test.each([
	['', '/tsbox-oci/n'],
	['docker/x', '/docker/x'],
	['../../../x', '/x'],
	['a.slice:b:c', '/a.slice:b:c'],
])('without systemd, %s is the path of a folder', (asked, path) => {
	expect(place(asked, {systemd: false})).toEqual({path});
});

test.each([
	['system.slice:docker:1a', '/system.slice/docker-1a.scope', 'system.slice', 'docker-1a.scope'],
	['', '/system.slice/tsbox-i.scope', 'system.slice', 'tsbox-i.scope'],
	['a-b-c.slice::x', '/a.slice/a-b.slice/a-b-c.slice/x.scope', 'a-b-c.slice', 'x.scope'],
	['-.slice:p:x', '/p-x.scope', '-.slice', 'p-x.scope'],
])('%s is a scope of systemd', (asked, path, slice, unit) => {
	expect(place(asked)).toEqual({path, scope: {slice, unit}});
});

test('the scope of an ordinary user is below the systemd of that user', () => {
	expect(place(':libpod:x', {uid: 1000})).toEqual({
		path: `${manager}/user.slice/libpod-x.scope`,
		scope: {slice: 'user.slice', unit: 'libpod-x.scope', ofUser: '/run/user/1000', controllers: ['cpu', 'pids']},
	});
	expect(() => place(':libpod:x', {uid: 1000, own: '/user.slice/user-1000.slice/session-1.scope'})).toThrow(
		'systemd cannot make a control group for this user',
	);
});

test.each(['/a/path', 'a:b', 'a:b:c:d', 'a.slice:b:', 'a.slice:b:c/../d', 'a.slice:b:x y', 'a.slice:b:c.slice'])(
	'%s names no scope',
	asked => {
		expect(() => place(asked)).toThrow('linux.cgroupsPath');
	},
);

test('a machine without systemd is told so', () => {
	expect(() => place('system.slice:docker:1a', {booted: false})).toThrow('--systemd-cgroup needs systemd');
});
