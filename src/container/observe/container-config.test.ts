import type {Machine} from '../machine/machine.ts';
import {expect, test} from 'vitest';
import type {Origin, Service} from '../../spec/model/project.ts';
import {sampleRecord} from '../../../test/support/sample-record.ts';
import {containerConfig} from './container-config.ts';
import {machineWith} from '../../../test/support/sample-running.ts';

const at = (line: number): Origin => ({kind: 'file', file: '/srv/demo.yaml', line, column: 3});
const normal: Origin = {kind: 'default'};

const made: Service = {
	service: 'web',
	name: 'demo',
	rootfs: {kind: 'archive', path: '/srv/web.tar'},
	entrypoint: [],
	command: ['sh', '-c', 'echo hi'],
	environment: {LANG: 'C', 'x.y': 'z'},
	groupAdd: ['staff'],
	volumes: [
		{
			type: 'bind',
			source: '/srv/data',
			target: '/data',
			readOnly: true,
			createHostPath: false,
			propagation: 'rprivate',
			recursive: true,
		},
		{type: 'tmpfs', target: '/run', size: 67_108_864, mode: 0o755, readOnly: false, options: ['noexec']},
		{
			type: 'volume',
			volume: {key: 'db', name: 'demo_db', project: 'demo', labels: {}},
			target: '/db',
			readOnly: false,
			nocopy: false,
		},
	],
	ports: [{published: 8080, target: 80, protocol: 'tcp'}],
	readOnly: true,
	memLimit: 67_108_864,
	memswapLimit: -1,
	cpus: 1.5,
	ulimits: [{name: 'nofile', soft: 1024, hard: 2048}],
	sysctls: {'net.ipv4.ip_forward': '1'},
	namespaces: ['mount', 'pid'],
	root: 'pivot',
	capAdd: ['NET_ADMIN'],
	capDrop: [],
	noNewPrivileges: true,
	security: {seccomp: {kind: 'default'}, systemPathsUnconfined: false},
	privileged: false,
	devices: [{source: '/dev/fuse', target: '/dev/fuse', permissions: 'rwm'}],
	landlock: [{path: '/srv', access: ['read-file']}],
	init: false,
	stopSignal: 'SIGTERM',
	stopGraceMs: 1500,
	labels: {'a.b': 'c'},
	restart: {kind: 'on-failure', most: 3},
	logging: {maxSize: 1_048_576, maxFile: 5},
	dependsOn: [{service: 'db', condition: 'service_healthy', required: true, restart: false}],
	healthcheck: {
		test: ['true'],
		intervalMs: 30_000,
		timeoutMs: 500,
		startPeriodMs: 0,
		startIntervalMs: 5000,
		retries: 3,
	},
	preStop: [{command: ['sync', 'all'], user: 'app', environment: ['A=b c']}],
	keep: false,
	origins: {
		rootfs: at(2),
		command: at(3),
		'environment.LANG': {kind: 'env_file', file: '/srv/web.env', line: 1},
		'environment.x.y': {kind: 'environment', name: 'x.y'},
		'volumes.0': at(4),
		ports: at(5),
		mem_limit: {kind: 'option', option: '--memory'},
		'ulimits.nofile': at(6),
		cap_add: at(7),
		cap_drop: normal,
		privileged: normal,
		stop_signal: normal,
		healthcheck: at(8),
	},
};

const config = {
	...sampleRecord.config,
	process: {
		...sampleRecord.config.process,
		env: ['PATH=/bin', 'LANG=C', 'x.y=z'],
		capabilities: {...sampleRecord.config.process.capabilities, bounding: ['CAP_CHOWN', 'CAP_NET_ADMIN']},
	},
};

const shown = (machine: Machine): string =>
	`\n${containerConfig(machine, 'demo')
		.map(({key, value, origin}) => `${key} = ${value} | ${origin}`)
		.join('\n')}\n`;

test('of a detached container all is told that its spec says, also when it has ended', () => {
	const detached = {
		project: 'demo',
		service: 'web',
		restarts: 0,
		health: 'none',
		exit: {code: 0, at: 1},
		logging: {maxSize: 1, maxFile: 1},
		made,
	} as const;
	expect(shown(machineWith({}, {process: null, config, detached, spec: '/srv/demo.yaml'}))).toMatchInlineSnapshot(`
		"
		rootfs = /srv/web.tar | demo.yaml:2:3
		command = sh -c 'echo hi' | demo.yaml:3:3
		group_add = staff | 
		environment.PATH = /bin | the default
		environment.LANG = C | web.env:1
		environment.x.y = z | x.y in the environment
		volumes.0 = /srv/data:/data:ro | demo.yaml:4:3
		volumes.1 = tmpfs:/run:size=64m,mode=755,noexec | 
		volumes.2 = demo_db:/db | 
		devices.0 = /dev/fuse:/dev/fuse:rwm | 
		ports.0 = 8080:80/tcp | demo.yaml:5:3
		read_only = true | 
		mem_limit = 64m | --memory on the command line
		memswap_limit = -1 | 
		cpus = 1.5 | 
		ulimits.nofile = 1024:2048 | demo.yaml:6:3
		sysctls.net.ipv4.ip_forward = 1 | 
		namespaces = mount, pid | 
		root = pivot | 
		cap_add = NET_ADMIN | demo.yaml:7:3
		privileged = false | the default
		security_opt.no-new-privileges = true | the default
		security_opt.seccomp = default | the default
		landlock./srv = read-file | 
		init = false | 
		stop_signal = SIGTERM | the default
		stop_grace_period = 1500ms | 
		restart = on-failure:3 | 
		logging.max-size = 1m | 
		logging.max-file = 5 | 
		depends_on.db = service_healthy | 
		healthcheck.test = true | demo.yaml:8:3
		healthcheck.interval = 30s | demo.yaml:8:3
		healthcheck.timeout = 500ms | demo.yaml:8:3
		healthcheck.retries = 3 | demo.yaml:8:3
		healthcheck.start_period = 0s | demo.yaml:8:3
		healthcheck.start_interval = 5s | demo.yaml:8:3
		pre_stop.0 = sync all as app with 'A=b c' | 
		labels.a.b = c | 
		keep = false | 
		capabilities = CAP_CHOWN, CAP_NET_ADMIN | 
		"
	`);
});

test('of one in the foreground what its record has', () => {
	const foreground = {
		...config,
		root: {path: '/', readonly: true},
		hostname: 'demo',
		mounts: [{destination: '/data', type: 'bind', source: '/srv/data', options: ['rbind', 'ro']}],
		linux: {
			...config.linux,
			resources: {memory: {limit: 1000}, cpu: {quota: 50_000, period: 100_000}, pids: {limit: 40}},
		},
	};
	const origins = {command: at(3), mem_limit: at(4)};
	expect(shown(machineWith({}, {config: foreground, origins}))).toMatchInlineSnapshot(`
		"
		rootfs = host | 
		command = sh | demo.yaml:3:3
		working_dir = / | 
		user = 0:0 | 
		environment.PATH = /bin | the default
		environment.LANG = C | the default
		environment.x.y = z | the default
		hostname = demo | 
		mounts./data = bind /srv/data rbind,ro | 
		read_only = true | 
		mem_limit = 1000 | demo.yaml:4:3
		cpus = 0.5 | 
		pids_limit = 40 | 
		namespaces = mount, pid | 
		root = pivot | 
		security_opt.no-new-privileges = true | the default
		security_opt.seccomp = none | the default
		stop_signal = SIGTERM | 
		stop_grace_period = 10s | 
		capabilities = CAP_CHOWN, CAP_NET_ADMIN | the default
		"
	`);
});

test('one in the foreground that has ended has none', () => {
	expect(() => containerConfig(machineWith({}, {process: null}), 'demo')).toThrow('demo is not running');
});
