import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import type {Host} from '../host/host.ts';
import {readSnapshot} from './snapshot.ts';

const status = `Name:	sh
State:	S (sleeping)
Uid:	100000	100000	100000	100000
Gid:	100000	100001	100000	100000
Groups:	100000 100010
NSpid:	7	1
CapInh:	0000000000000000
CapPrm:	0000000000000003
CapEff:	0000000000000001
CapBnd:	0000000000000003
CapAmb:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
Seccomp_filters:	1
`;

const files: Readonly<Record<string, string>> = {
	'/proc/sys/kernel/cap_last_cap': '1\n',
	'/proc/sys/kernel/hostname': 'machine\n',
	'/proc/self/mountinfo': `35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
36 31 0:33 /docker/abc /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`,
	'/proc/7/status': status,
	'/proc/7/mountinfo': `90 80 254:0 /srv/root / ro,nosuid master:1 - ext4 /dev/vda rw,discard
91 90 0:50 / /proc rw - proc proc rw
`,
	'/proc/7/cgroup': '4:memory:/demo\n3:cpu,cpuacct:/docker/abc/demo\n2:devices:/demo\n0::/../other\n',
	'/proc/7/uid_map': '         0     100000      65536\n',
	'/proc/7/gid_map': '         0     100000          1\n         1     200000      65535\n',
	'/proc/7/net/dev': 'Inter-|\n face |\n    lo: 0 0 0 0 0 0 0 0 0 0 0\n',
	'/proc/7/net/if_inet6': '00000000000000000000000000000001 01 80 10 80       lo\n',
	'/proc/7/root': 'dir',
	'/proc/7/root/proc/1': 'dir',
	'/proc/7/root/proc/12': 'dir',
	'/proc/7/root/proc/meminfo': '',
	'/sys/fs/cgroup/memory/demo/memory.limit_in_bytes': '104857600\n',
	'/sys/fs/cgroup/memory/demo/cgroup.procs': '7\n12\n',
	'/sys/fs/cgroup/cpu/demo/cpu.shares': '1024\n',
};

const links: Readonly<Record<string, string>> = {
	'/proc/7/root': '/',
	'/proc/7/ns/mnt': 'mnt:[10]',
	'/proc/7/ns/pid': 'pid:[20]',
	'/proc/7/ns/uts': 'uts:[30]',
	'/proc/self/ns/uts': 'uts:[30]',
	'/proc/self/ns/pid': 'pid:[1]',
	'/proc/7/root/proc/1/ns/pid': 'pid:[20]',
};

function machine(
	changed: Readonly<Record<string, string>> = {},
	changedLinks: Readonly<Record<string, string>> = {},
): Host {
	const host = recordingHost({...files, ...changed});
	return {...host, readlink: path => ({...links, ...changedLinks})[path]};
}

test('reads what the kernel shows of a process', () => {
	expect(readSnapshot(machine(), 7)).toEqual({
		pid: 7,
		nspid: [7, 1],
		root: {path: '/', device: 1, inode: expect.any(Number) as number},
		namespaces: {mount: '10', pid: '20', uts: '30'},
		mounts: [
			{
				id: 90,
				target: '/',
				source: '/dev/vda',
				folder: '/srv/root',
				type: 'ext4',
				options: ['ro', 'nosuid'],
				superOptions: ['rw', 'discard'],
				propagation: ['master:1'],
			},
			{
				id: 91,
				target: '/proc',
				source: 'proc',
				folder: '/',
				type: 'proc',
				options: ['rw'],
				superOptions: ['rw'],
				propagation: [],
			},
		],
		cgroups: [
			{
				controller: 'memory',
				path: '/demo',
				folder: '/sys/fs/cgroup/memory/demo',
				files: {'memory.limit_in_bytes': '104857600', 'cgroup.procs': '2'},
			},
			{
				controller: 'cpu,cpuacct',
				path: '/docker/abc/demo',
				folder: '/sys/fs/cgroup/cpu/demo',
				files: {'cpu.shares': '1024'},
			},
			{controller: 'devices', path: '/demo', folder: undefined, files: {}},
			{controller: '', path: '/../other', folder: undefined, files: {}},
		],
		capabilities: {
			effective: ['CAP_CHOWN'],
			permitted: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE'],
			inheritable: [],
			bounding: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE'],
			ambient: [],
		},
		ids: {
			uid: 100000,
			gid: 100001,
			groups: [100000, 100010],
			uidMap: '0 100000 65536',
			gidMap: '0 100000 1, 1 200000 65535',
		},
		seccomp: {mode: 'filter', filters: 1},
		noNewPrivileges: true,
		hostname: 'machine',
		processes: 2,
		interfaces: [{name: 'lo', addresses: ['::1/128']}],
	});
});

test('a process that is gone, is a zombie, or ends meanwhile has no snapshot', () => {
	expect(readSnapshot(machine(), 8)).toBeUndefined();
	expect(readSnapshot(machine({'/proc/7/status': 'State:\tZ (zombie)\n'}), 7)).toBeUndefined();
	const host = machine();
	let reads = 0;
	const readText = (path: string): string | undefined => {
		reads += path === '/proc/7/status' ? 1 : 0;
		if (path.startsWith('/proc/7/') && reads > 1) throw Object.assign(new Error('ESRCH'), {code: 'ESRCH'});
		return host.readText(path);
	};
	expect(readSnapshot({...host, readText}, 7)).toBeUndefined();
});

test('what another user may not see is left out', () => {
	const host = machine();
	const refuse = (): never => {
		throw Object.assign(new Error('EACCES'), {code: 'EACCES'});
	};
	expect(readSnapshot({...host, readlink: refuse, stat: refuse}, 7)).toMatchObject({
		root: {path: '', device: 0, inode: 0},
		namespaces: {},
		hostname: undefined,
		processes: undefined,
	});
});

test('the processes are counted only in a proc filesystem of the pid namespace', () => {
	expect(readSnapshot(machine({}, {'/proc/7/root/proc/1/ns/pid': 'pid:[1]'}), 7)?.processes).toBeUndefined();
	expect(readSnapshot(machine({'/proc/7/mountinfo': ''}), 7)?.processes).toBeUndefined();
	expect(readSnapshot(machine({}, {'/proc/self/ns/pid': 'pid:[20]'}), 7)?.processes).toBe(1);
});
