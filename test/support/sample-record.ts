import type {ContainerRecord} from '../../src/state/record.ts';

/** The record of a container that process 1 is starting. */
export const sampleRecord: ContainerRecord = {
	schema: 1,
	name: 'demo',
	spec: '/srv/demo.yaml',
	owner: {pid: 1, startTime: '1'},
	bootId: 'this-boot',
	created: 0,
	image: {kind: 'host'},
	config: {
		ociVersion: '1.2.0',
		process: {
			terminal: false,
			user: {uid: 0, gid: 0},
			args: ['sh'],
			env: [],
			cwd: '/',
			capabilities: {bounding: [], effective: [], permitted: [], inheritable: [], ambient: []},
			rlimits: [],
			noNewPrivileges: true,
		},
		root: {path: '/', readonly: false},
		mounts: [],
		linux: {
			namespaces: [],
			cgroupsPath: '/tsbox/demo',
			resources: {},
			sysctl: {},
			maskedPaths: [],
			readonlyPaths: [],
		},
	},
	stopSignal: 'SIGTERM',
	stopGraceMs: 10_000,
	namespaces: ['mount', 'pid'],
	root: 'pivot',
	cgroups: [],
	confinement: {filter: null, labels: [], landlock: []},
	origins: {},
	process: null,
};
