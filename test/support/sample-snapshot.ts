import type {Snapshot} from '../../src/kernel/snapshot.ts';

/** A process in the first namespaces, with one mount and two capabilities; tests change what they look at. */
export function sampleSnapshot(changed: Partial<Snapshot> = {}): Snapshot {
	return {
		pid: 7,
		nspid: [7],
		root: {path: '/', device: 1, inode: 2},
		namespaces: {mount: '1', pid: '2', uts: '3', user: '4'},
		mounts: [
			{
				id: 20,
				target: '/',
				source: '/dev/vda',
				folder: '/',
				type: 'ext4',
				options: ['rw'],
				superOptions: ['rw'],
				propagation: ['shared:1'],
			},
		],
		cgroups: [{controller: 'memory', path: '/', folder: '/sys/fs/cgroup/memory', files: {'cgroup.procs': '9'}}],
		capabilities: {
			effective: ['CAP_CHOWN', 'CAP_KILL'],
			permitted: ['CAP_CHOWN', 'CAP_KILL'],
			inheritable: [],
			bounding: ['CAP_CHOWN', 'CAP_KILL'],
			ambient: [],
		},
		ids: {uid: 0, gid: 0, groups: [], uidMap: '0 0 4294967295', gidMap: '0 0 4294967295'},
		seccomp: {mode: 'off', filters: 0},
		noNewPrivileges: false,
		hostname: 'host',
		processes: 3,
		interfaces: [{name: 'lo', addresses: ['127.0.0.1/8']}],
		...changed,
	};
}
