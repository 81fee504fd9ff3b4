import fc from 'fast-check';
import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {loadProject} from './load.ts';
import type {Project, Service} from '../model/project.ts';
import type {SpecRequest} from '../keys/request.ts';
import {starterSpec} from './starter.ts';

function project(text: string, more: Partial<SpecRequest> = {}, files: Record<string, string> = {}): Project {
	const all: Record<string, string> = {'/home/ada/box.yaml': text, ...files};
	return loadProject({
		file: 'box.yaml',
		cwd: '/home/ada',
		env: {HOME: '/home/ada'},
		readText: path => all[path],
		kindOf: path => (path.endsWith('.tar') ? 'file' : path.endsWith('root') ? 'directory' : undefined),
		...more,
	});
}

function service(...args: Parameters<typeof project>): Service {
	const [first] = project(...args).services;
	if (first === undefined) throw new Error('no service');
	return first;
}

test('the smallest spec gets its defaults', () => {
	const {origins, ...rest} = service('rootfs: host\n');
	expect(rest).toMatchInlineSnapshot(`
		{
		  "capAdd": [],
		  "capDrop": [],
		  "command": [
		    "/bin/sh",
		  ],
		  "devices": [],
		  "entrypoint": [],
		  "environment": {},
		  "groupAdd": [],
		  "hostname": "box",
		  "init": false,
		  "keep": false,
		  "labels": {},
		  "name": "box",
		  "namespaces": [
		    "mount",
		    "pid",
		    "uts",
		    "ipc",
		    "network",
		    "cgroup",
		  ],
		  "noNewPrivileges": true,
		  "ports": [],
		  "privileged": false,
		  "readOnly": false,
		  "root": "pivot",
		  "rootfs": {
		    "kind": "host",
		  },
		  "security": {
		    "seccomp": {
		      "kind": "default",
		    },
		    "systemPathsUnconfined": false,
		  },
		  "service": "box",
		  "stopGraceMs": 10000,
		  "stopSignal": "SIGTERM",
		  "sysctls": {},
		  "ulimits": [],
		  "volumes": [],
		}
	`);
	expect(origins['rootfs']).toEqual({kind: 'file', file: '/home/ada/box.yaml', line: 1, column: 9});
	expect(origins['command']).toEqual({kind: 'default'});
});

test('a spec with every key is converted to base units and absolute paths', () => {
	const {origins, ...rest} = service(
		`version: "3"
name: web
rootfs: ./app.tar
entrypoint: [/sbin/tini, --]
command: serve --at "a b"
environment: {PORT: 0080, RATIO: 1.10, YES: true, HOME: }
env_file: [{path: none.env, required: false}, a.env]
working_dir: /srv/./app/
user: "1000:1000"
group_add: [audio, 44]
hostname: web
domainname: example.org
volumes:
  - ./data:/data:ro,rslave
  - ~/x:/x
  - {type: bind, source: /etc/hosts, target: /h, read_only: true, bind: {create_host_path: true, recursive: disabled}}
  - {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}
tmpfs: /run:size=64k,mode=1777,noexec,ro
ports: ["8080:80", {target: 53, protocol: udp, published: "5353"}]
read_only: true
mem_limit: 100m
memswap_limit: -1
mem_reservation: 50m
shm_size: 1m
cpus: "0.5"
cpu_shares: 512
cpuset: 0-2,4
blkio_config: {weight: 300}
ulimits: {nofile: 1024, core: {soft: 0, hard: -1}}
sysctls: [net.core.somaxconn=1024]
oom_score_adj: -500
namespaces: [mount, pid, uts, ipc, network]
root: chroot
cap_add: [net_admin]
cap_drop: [ALL]
security_opt: ["no-new-privileges:false"]
init: true
stop_signal: 15
stop_grace_period: 1m30s
labels: [a.b=c]
tty: true
stdin_open: false
keep: true
cgroup_parent: /jobs/
deploy: {resources: {limits: {pids: 7}}}
x-mine: anything
`,
		{},
		{'/home/ada/a.env': 'FROM=file\nPORT=1\n'},
	);
	expect(rest).toMatchInlineSnapshot(`
		{
		  "blkio": {
		    "weight": 300,
		  },
		  "capAdd": [
		    "CAP_NET_ADMIN",
		  ],
		  "capDrop": [
		    "ALL",
		  ],
		  "cgroupParent": "jobs",
		  "command": [
		    "serve",
		    "--at",
		    "a b",
		  ],
		  "cpuShares": 512,
		  "cpus": 0.5,
		  "cpuset": "0-2,4",
		  "devices": [],
		  "domainname": "example.org",
		  "entrypoint": [
		    "/sbin/tini",
		    "--",
		  ],
		  "environment": {
		    "FROM": "file",
		    "HOME": "/home/ada",
		    "PORT": "0080",
		    "RATIO": "1.10",
		    "YES": "true",
		  },
		  "groupAdd": [
		    "audio",
		    "44",
		  ],
		  "hostname": "web",
		  "init": true,
		  "keep": true,
		  "labels": {
		    "a.b": "c",
		  },
		  "memLimit": 104857600,
		  "memReservation": 52428800,
		  "memswapLimit": -1,
		  "name": "web",
		  "namespaces": [
		    "mount",
		    "pid",
		    "uts",
		    "ipc",
		    "network",
		  ],
		  "networks": [
		    {
		      "aliases": [],
		      "gwPriority": 0,
		      "linkLocalIps": [],
		      "network": {
		        "attachable": false,
		        "driver": "bridge",
		        "enableIpv4": true,
		        "enableIpv6": false,
		        "internal": false,
		        "key": "default",
		        "labels": {},
		        "name": "web_default",
		        "project": "web",
		        "subnets": [],
		      },
		      "priority": 0,
		      "sysctls": {},
		    },
		  ],
		  "noNewPrivileges": false,
		  "oomScoreAdj": -500,
		  "pidsLimit": 7,
		  "ports": [
		    {
		      "protocol": "tcp",
		      "published": 8080,
		      "target": 80,
		    },
		    {
		      "protocol": "udp",
		      "published": 5353,
		      "target": 53,
		    },
		  ],
		  "privileged": false,
		  "readOnly": true,
		  "root": "chroot",
		  "rootfs": {
		    "kind": "archive",
		    "path": "/home/ada/app.tar",
		  },
		  "security": {
		    "seccomp": {
		      "kind": "default",
		    },
		    "systemPathsUnconfined": false,
		  },
		  "service": "web",
		  "shmSize": 1048576,
		  "stdinOpen": false,
		  "stopGraceMs": 90000,
		  "stopSignal": "SIGTERM",
		  "sysctls": {
		    "net.core.somaxconn": "1024",
		  },
		  "tty": true,
		  "ulimits": [
		    {
		      "hard": 1024,
		      "name": "nofile",
		      "soft": 1024,
		    },
		    {
		      "hard": -1,
		      "name": "core",
		      "soft": 0,
		    },
		  ],
		  "user": "1000:1000",
		  "volumes": [
		    {
		      "createHostPath": false,
		      "propagation": "rslave",
		      "readOnly": true,
		      "recursive": true,
		      "source": "/home/ada/data",
		      "target": "/data",
		      "type": "bind",
		    },
		    {
		      "createHostPath": false,
		      "propagation": "rprivate",
		      "readOnly": false,
		      "recursive": true,
		      "source": "/home/ada/x",
		      "target": "/x",
		      "type": "bind",
		    },
		    {
		      "createHostPath": true,
		      "propagation": "rprivate",
		      "readOnly": true,
		      "recursive": false,
		      "source": "/etc/hosts",
		      "target": "/h",
		      "type": "bind",
		    },
		    {
		      "mode": 493,
		      "options": [],
		      "readOnly": false,
		      "size": 1048576,
		      "target": "/t",
		      "type": "tmpfs",
		    },
		    {
		      "mode": 1023,
		      "options": [
		        "noexec",
		      ],
		      "readOnly": true,
		      "size": 65536,
		      "target": "/run",
		      "type": "tmpfs",
		    },
		  ],
		  "workingDir": "/srv/app",
		}
	`);
	expect(origins['environment.FROM']).toEqual({kind: 'env_file', file: '/home/ada/a.env', line: 1});
	expect(origins['environment.HOME']).toEqual({kind: 'environment', name: 'HOME'});
	expect(origins['environment.PORT']).toMatchObject({kind: 'file', line: 6});
	expect(origins['pids_limit']).toMatchObject({kind: 'file', line: 45});
	expect(origins['volumes.4']).toMatchObject({kind: 'file', line: 18});
});

test('`rootfs: host` may show paths that are hidden by default', () => {
	const show = ['/home/ada/src', '/home/ada/box', '/etc/shadow'];
	expect(service('rootfs: {host: {show: [~/src, ./box, /etc/shadow]}}\n').rootfs).toEqual({kind: 'host', show});
});

test('variables come from the environment, then from .env, and are recorded as origins', () => {
	const text = 'rootfs: host\nhostname: ${A}-${B}-${C:-c}\npids_limit: $N\nread_only: ${R}\n';
	const {hostname, pidsLimit, readOnly, origins} = service(
		text,
		{env: {A: 'caller'}},
		{'/home/ada/.env': 'A=file\nB=file\nN=5\nR=true\n'},
	);
	expect({hostname, pidsLimit, readOnly}).toEqual({hostname: 'caller-file-c', pidsLimit: 5, readOnly: true});
	expect(origins['hostname']).toMatchObject({
		line: 2,
		column: 11,
		variables: [
			{name: 'A', from: 'environment'},
			{name: 'B', from: '.env'},
			{name: 'C', from: 'default'},
		],
	});
});

test('names without a value take that of the caller, then that of .env; those of an included file that of its own', () => {
	const {services} = project(
		`include: [{path: more/b.yaml, env_file: more/b.env}]
services:
  a: {image: a, environment: [CALLER, BOTH, OWN, NONE], env_file: a.env}
`,
		{env: {CALLER: '1', BOTH: 'caller'}},
		{
			'/home/ada/.env': 'BOTH=file\nOWN=own\n',
			'/home/ada/a.env': 'FILLED=$OWN\nOWN\n',
			'/home/ada/more/b.yaml':
				'services: {b: {image: b, environment: {BOTH: , OWN: , INNER: }, build: {context: ., args: [INNER]}}}\n',
			'/home/ada/more/b.env': 'INNER=inner\nOWN=ignored\n',
		},
	);
	expect(services.map(({environment, withoutVariables}) => ({environment, withoutVariables}))).toEqual([
		{environment: {CALLER: '1', BOTH: 'caller', OWN: 'own', FILLED: 'own'}, withoutVariables: ['NONE']},
		{environment: {BOTH: 'caller', OWN: 'own', INNER: 'inner'}, withoutVariables: undefined},
	]);
	expect(services[0]?.origins['environment.OWN']).toMatchObject({line: 3, variables: [{name: 'OWN', from: '.env'}]});
});

test('anchors and merge keys work as in Compose, and values keep their original place', () => {
	const {services} = project(`x-base: &base
  rootfs: host
  environment: &env {A: "1", B: "1"}
services:
  one:
    <<: *base
    environment:
      <<: *env
      B: "2"
  two:
    <<: [{tty: true}, *base]
    rootfs: ./root
`);
	expect(services.map(({name, rootfs, environment, tty}) => ({name, rootfs, environment, tty}))).toEqual([
		{name: 'box-one-1', rootfs: {kind: 'host'}, environment: {A: '1', B: '2'}, tty: undefined},
		{
			name: 'box-two-1',
			rootfs: {kind: 'directory', path: '/home/ada/root'},
			environment: {A: '1', B: '1'},
			tty: true,
		},
	]);
	expect(services[0]?.origins).toMatchObject({
		rootfs: {line: 2},
		'environment.A': {line: 3},
		'environment.B': {line: 9},
	});
});

test('the command line overrides the spec and is the origin', () => {
	const spec = 'rootfs: host\ncommand: a\nentrypoint: b\nenvironment: [X=1, Y=1]\nuser: root\nvolumes: [./a:/a]\n';
	const options = {
		command: ['c', '$X'],
		environment: ['X=2', 'HOME', 'Y'],
		user: '7',
		workingDir: '/w/',
		volumes: ['v:/v', './v:/v:ro'].slice(1),
		name: 'mine',
		tty: true,
	};
	const read = service(spec, {options, cwd: '/home', file: 'ada/box.yaml', env: {HOME: '/h'}});
	expect(read).toMatchObject({
		name: 'mine',
		hostname: 'mine',
		entrypoint: ['b'],
		command: ['c', '$X'],
		environment: {X: '2', HOME: '/h'},
		user: '7',
		workingDir: '/w',
		tty: true,
	});
	expect(read.volumes.map(({target}) => target)).toEqual(['/a', '/v']);
	expect(read.volumes[1]).toMatchObject({source: '/home/v', readOnly: true});
	expect(read.environment).not.toHaveProperty('Y');
	expect(read.origins).toMatchObject({
		name: {kind: 'option', option: '--name'},
		'environment.X': {kind: 'option', option: '--env'},
		'environment.HOME': {kind: 'environment', name: 'HOME'},
		'volumes.1': {kind: 'option', option: '--volume'},
	});
});

test('an entrypoint from the command line also drops the command of the spec', () => {
	const read = service('rootfs: host\ncommand: a b\n', {options: {entrypoint: ['id']}});
	expect([read.entrypoint, read.command]).toEqual([['id'], []]);
});

test('a generic file name yields the name of its folder', () => {
	const readText = (path: string) => (path.endsWith('.yaml') ? 'rootfs: host\n' : undefined);
	expect(project('', {file: '/srv/my app/tsbox.yaml', readText}).name).toBe('my-app');
	expect(project('', {file: '/srv/Ünder_score.dev.yaml', readText}).name).toBe('Under_score.dev');
});

test('a spec may be JSON', () => {
	expect(service('{"rootfs": "host", "command": ["true"]}').command).toEqual(['true']);
});

test('chroot without namespaces is valid and keeps the host name of the host', () => {
	const read = service('rootfs: host\nroot: chroot\nnamespaces: []\n');
	expect([read.namespaces, read.hostname]).toEqual([[], undefined]);
});

test('the starter is a valid spec', () => {
	expect(service(starterSpec())).toMatchObject({
		command: ['sh', '-c', 'echo hello from $(cat /proc/sys/kernel/hostname)'],
		environment: {GREETING: 'hello'},
		pidsLimit: 128,
	});
});

test('the starter stays valid with every commented line uncommented', () => {
	const all = starterSpec().replace(/^# ?(?=\s*- |[a-z_]+:(?:$| (?!\$)))/gm, '');
	expect(all).toContain('\ncap_drop: [ALL]');
	expect(service(all).volumes).toHaveLength(3);
});

test('any text yields a project or an expected error', () => {
	const line = fc.tuple(
		fc.constantFrom(
			'rootfs',
			'command',
			'volumes',
			'environment',
			'services',
			'mem_limit',
			'ports',
			'<<',
			'x-a',
			'tmpfs',
		),
		fc.constantFrom(
			'host',
			'[a, {b: c}]',
			'{}',
			'"',
			'&a {x: *a}',
			'*a',
			'- 1',
			'${A:-b}',
			'$',
			'1e400',
			'~',
			'!!binary aa==',
		),
	);
	const spec = fc.array(line).map(lines => lines.map(([key, value]) => `${key}: ${value}`).join('\n'));
	fc.assert(
		fc.property(fc.oneof(fc.string({unit: 'binary'}), spec), text => {
			expect(outcomeOf(text)).not.toBe('a bug');
		}),
		{numRuns: 500},
	);
});

function outcomeOf(text: string): 'a project' | 'a foreseen error' | 'a bug' {
	try {
		project(text);
		return 'a project';
	} catch (error) {
		return isTsboxError(error) ? 'a foreseen error' : 'a bug';
	}
}
