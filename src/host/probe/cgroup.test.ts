import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {readCgroups} from './cgroup.ts';
import {parseMountinfo} from './mountinfo.ts';

const v2 = parseMountinfo('30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate');

test('maps controllers that are mounted together, and named hierarchies, to their mounts', () => {
	const mounts = parseMountinfo(`31 1 0:28 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
32 1 0:29 / /cg/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd`);
	expect(readCgroups(recordingHost(), mounts, 0)).toMatchObject({
		layout: 'v1',
		v1: {cpu: '/cg/cpu,cpuacct', cpuacct: '/cg/cpu,cpuacct', 'name=systemd': '/cg/systemd'},
		unified: null,
		swapAccounting: false,
		realtime: null,
		killFile: false,
	});
});

test('a v1 hierarchy with only a name does not make the layout hybrid', () => {
	const mounts = [...v2, ...parseMountinfo('32 1 0:29 / /cg/systemd rw - cgroup cgroup rw,name=systemd')];
	expect(readCgroups(recordingHost(), mounts, 0).layout).toBe('v2');
});

test('finds files that only child cgroups have', () => {
	const host = recordingHost({
		'/sys/fs/cgroup/cgroup.controllers': 'memory cpu\n',
		'/sys/fs/cgroup/init.scope/cgroup.kill': '',
		'/sys/fs/cgroup/system.slice/memory.max': '',
		'/sys/fs/cgroup/system.slice/cgroup.kill': '',
		'/sys/fs/cgroup/system.slice/io.bfq.weight': '',
	});
	expect(readCgroups(host, v2, 0)).toMatchObject({
		layout: 'v2',
		unifiedControllers: ['cpu', 'memory'],
		swapAccounting: false,
		realtime: null,
		killFile: true,
		ioWeightFile: 'io.bfq.weight',
		writable: true,
	});
});

test('an unprivileged user does not look into cgroups that are closed to it', () => {
	const files = {'/sys/fs/cgroup/closed/cgroup.procs': '', '/sys/fs/cgroup/open/cgroup.kill': ''};
	const host = recordingHost(files);
	const lstat = (path: string) => {
		if (path.startsWith('/sys/fs/cgroup/closed/')) throw Object.assign(new Error(path), {code: 'EACCES'});
		return host.lstat(path);
	};
	expect(readCgroups({...host, lstat, stat: lstat}, v2, 1000).killFile).toBe(true);
});

test('an unprivileged user has only the delegated folder', () => {
	const own = recordingHost({'/proc/self/cgroup': '0::/user.slice/app.scope\n'});
	expect(readCgroups(own, v2, 1000)).toMatchObject({writable: false, delegated: null});
});

test('a read-only mount is not writable, not even for root', () => {
	const mounts = parseMountinfo('30 1 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw');
	expect(readCgroups(recordingHost({'/sys/fs/cgroup': 'dir'}), mounts, 0).writable).toBe(false);
});
