import type {LockedService} from '../../src/lock/lock-file.ts';

/** A service of a lock file. */
export const sampleLocked: LockedService = {
	spec: 'sha256:0001',
	keys: {command: ['sh'], mem_limit: 67_108_864, 'environment.TOKEN': 'sha256:9f86d081884c7d65'},
	rootfs: {kind: 'archive', digest: 'sha256:0001'},
	inputs: {
		'/etc/app': {
			digest: 'sha256:0001',
			entries: 2,
			bytes: 3,
			files: {'.': 'folder 755 0:0', 'hi.txt': 'file 644 0:0 3 98ea6e4f216f2fb4'},
		},
	},
	notLocked: ['/data is ./data, which the container can write'],
	plan: 'sha256:0001',
	steps: {'cgroup.memory': '0001', 'process.exec': '0001'},
	seccomp: 'sha256:0001',
	tools: {mount: 'util-linux 2.38.1', setpriv: 'util-linux 2.38.1', sh: 'dash'},
	features: {'cgroup hierarchy': 'v2', 'writable layer': 'overlay, in the store'},
};
