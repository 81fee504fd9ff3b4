import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {SpecRequest} from '../keys/request.ts';
import {specError} from '../syntax/problem.ts';
import {placesOf, plainValue} from '../syntax/located.ts';
import {readFiles} from './read-files.ts';

type Files = Readonly<Record<string, string>>;

function read(files: Files, request: Partial<SpecRequest> = {}): ReturnType<typeof readFiles> {
	return readFiles({
		file: 'compose.yaml',
		cwd: '/work',
		env: {},
		readText: path => files[path.replace('/work/', '')],
		kindOf: path => (Object.keys(files).some(name => `/work/${name}`.startsWith(`${path}/`)) ? 'directory' : undefined),
		...request,
	});
}

/** What is read of files that are right. */
function value(files: Files, request: Partial<SpecRequest> = {}): unknown {
	const {root, problems} = read(files, request);
	if (problems.length > 0) throw specError(problems);
	return plainValue(root);
}

/** One service that two files have, merged. */
function merged(one: string, two: string): unknown {
	const service = (text: string): string => `services:\n  app:\n${text.replaceAll(/^/gm, '    ')}\n`;
	const all = value({'compose.yaml': service(one), 'more.yaml': service(two)}, {others: ['more.yaml']});
	return (all as {services: {app: unknown}}).services.app;
}

function complaint(files: Files, request: Partial<SpecRequest> = {}): string {
	try {
		value(files, request);
	} catch (error) {
		if (isTsboxError(error))
			return [error.message, error.output, error.hint].filter(line => line !== undefined).join('\n');
		throw error;
	}
	throw new Error('it is right');
}

// Compose Specification, "Merge".
test.each<[string, string, string, unknown]>([
	[
		'maps, by their keys',
		'deploy: {replicas: 1, mode: global}',
		'deploy: {replicas: 2}',
		{deploy: {replicas: 2, mode: 'global'}},
	],
	['lists, one behind the other', 'devices: [/dev/a]', 'devices: [/dev/b]', {devices: ['/dev/a', '/dev/b']}],
	['commands, the last one', 'command: [a, b]', 'command: c', {command: 'c'}],
	[
		'health checks, their test',
		'healthcheck: {test: a, retries: 3}',
		'healthcheck: {test: [CMD, b]}',
		{healthcheck: {test: ['CMD', 'b'], retries: 3}},
	],
	[
		'variables of both forms',
		'environment: [A=1, B=2, C]',
		'environment: {B: 3}',
		{environment: {A: '1', B: 3, C: null}},
	],
	[
		'hosts of both forms, each address once',
		'extra_hosts: ["a:1.1.1.1", b=::1]',
		'extra_hosts: {a: [2.2.2.2, 1.1.1.1]}',
		{extra_hosts: ['a=1.1.1.1', 'b=::1', 'a=2.2.2.2']},
	],
	['arguments of both forms', 'build: {args: [A=1, B]}', 'build: {args: {A: 2}}', {build: {args: {A: 2, B: null}}}],
	['a context and a word', 'build: {context: a, target: t}', 'build: b', {build: {context: 'b', target: 't'}}],
	[
		'contexts of both forms',
		'build: {additional_contexts: [a=./a]}',
		'build: {additional_contexts: {b: ./b}}',
		{build: {additional_contexts: {a: './a', b: './b'}}},
	],
	['labels of both forms', 'labels: [a=1]', 'labels: {a: 2, b: 3}', {labels: {a: 2, b: 3}}],
	['annotations of both forms', 'annotations: {a: b}', 'annotations: [c=d]', {annotations: {a: 'b', c: 'd'}}],
	['labels of deploy', 'deploy: {labels: [a=1]}', 'deploy: {labels: [a=2]}', {deploy: {labels: {a: '2'}}}],
	['kernel parameters', 'sysctls: [a.b=1]', 'sysctls: {c.d: 2}', {sysctls: {'a.b': '1', 'c.d': 2}}],
	[
		'networks of both forms',
		'networks: [a, b]',
		'networks: {b: {aliases: [x]}}',
		{networks: {a: null, b: {aliases: ['x']}}},
	],
	[
		'aliases',
		'networks: {a: {aliases: [x]}}',
		'networks: {a: {aliases: [y, x]}}',
		{networks: {a: {aliases: ['x', 'y']}}},
	],
	[
		'dependencies, the condition of the last one',
		'depends_on: {a: {condition: service_healthy, restart: true}}',
		'depends_on: [a]',
		{depends_on: {a: {condition: 'service_started', required: true, restart: true}}},
	],
	[
		'limits, a number and a map',
		'ulimits: {nofile: 1}',
		'ulimits: {nofile: {soft: 1, hard: 2}}',
		{ulimits: {nofile: {soft: 1, hard: 2}}},
	],
	[
		'limits, two maps',
		'ulimits: {nofile: {soft: 1, hard: 2}}',
		'ulimits: {nofile: {hard: 3}}',
		{ulimits: {nofile: {soft: 1, hard: 3}}},
	],
	['name servers', 'dns: [1.1.1.1]', 'dns: 8.8.8.8', {dns: ['1.1.1.1', '8.8.8.8']}],
	['options of name servers', 'dns_opt: [a]', 'dns_opt: [b, a]', {dns_opt: ['a', 'b']}],
	['search domains', 'dns_search: a.example', 'dns_search: [b.example]', {dns_search: ['a.example', 'b.example']}],
	['files with variables', 'env_file: a.env', 'env_file: [b.env, a.env]', {env_file: ['a.env', 'b.env']}],
	['files with labels', 'label_file: a', 'label_file: [b]', {label_file: ['a', 'b']}],
	['mounts in memory', 'tmpfs: /run', 'tmpfs: [/tmp]', {tmpfs: ['/run', '/tmp']}],
	['entrypoints, the last one', 'entrypoint: [a, b]', 'entrypoint: [c]', {entrypoint: ['c']}],
	['ports that are exposed', 'expose: ["80"]', 'expose: ["80", "81"]', {expose: ['80', '81']}],
	['profiles', 'profiles: [a]', 'profiles: [b]', {profiles: ['a', 'b']}],
	['capabilities', 'cap_add: [A]', 'cap_add: [B]', {cap_add: ['A', 'B']}],
	[
		'devices, by where they are seen',
		'devices: [/dev/a:/dev/x]',
		'devices: ["/dev/b:/dev/x:r"]',
		{devices: ['/dev/b:/dev/x:r']},
	],
	[
		'configs, by where they are seen',
		'configs: [{source: a, target: /x}]',
		'configs: [{source: b, target: /x}]',
		{configs: [{source: 'b', target: '/x'}]},
	],
	['a key that is nothing, as if it were not there', 'command: a', 'command:\nentrypoint:', {command: 'a'}],
	[
		'hooks, one behind the other',
		'post_start: [{command: a}]',
		'post_start: [{command: b}]',
		{post_start: [{command: 'a'}, {command: 'b'}]},
	],
	['!reset of a map', 'environment: {A: 1, B: 2}', 'environment: {A: !reset null}', {environment: {B: 2}}],
	['!reset of a word', 'user: a\nimage: x', 'user: !reset null', {image: 'x'}],
	['!override of a map', 'environment: {A: 1}', 'environment: !override {B: 2}', {environment: {B: 2}}],
	[
		'dependencies of both forms',
		'depends_on: [a]',
		'depends_on: {b: {condition: service_healthy}}',
		{depends_on: {a: {condition: 'service_started', required: true}, b: {condition: 'service_healthy'}}},
	],
	['a word and a list', 'dns: 1.1.1.1', 'dns: [8.8.8.8, 1.1.1.1]', {dns: ['1.1.1.1', '8.8.8.8']}],
	['a context and more of a build', 'build: .', 'build: {target: a}', {build: {context: '.', target: 'a'}}],
	[
		'mounts, by where they are seen',
		'volumes: [./a:/data, b:/b]',
		'volumes: [{type: bind, source: ./c, target: /data}]',
		{volumes: [{type: 'bind', source: './c', target: '/data'}, 'b:/b']},
	],
	[
		'ports, by all that they are',
		'ports: ["8080:80", "127.0.0.1:443:443/tcp"]',
		'ports: ["8080:80/tcp", "8080:80/udp", {host_ip: 127.0.0.1, published: "443", target: 443}]',
		{ports: ['8080:80/tcp', {host_ip: '127.0.0.1', published: '443', target: 443}, '8080:80/udp']},
	],
	[
		'secrets, by where they are seen',
		'secrets: [a, {source: b, target: x}]',
		'secrets: [{source: c, target: x}, {source: a, mode: 256}]',
		{
			secrets: [
				{source: 'a', mode: 256},
				{source: 'c', target: 'x'},
			],
		},
	],
	[
		'log drivers, as a whole',
		'logging: {driver: a, options: {x: "1"}}',
		'logging: {driver: b}',
		{logging: {driver: 'b'}},
	],
	[
		'options of one log driver',
		'logging: {driver: a, options: {x: "1"}}',
		'logging: {options: {y: "2"}}',
		{logging: {driver: 'a', options: {x: '1', y: '2'}}},
	],
	['!reset, nothing', 'ports: ["80:80"]\nimage: a', 'ports: !reset []', {image: 'a'}],
	['!override, the last one', 'ports: ["80:80"]', 'ports: !override ["81:80"]', {ports: ['81:80']}],
	['no value, the one before', 'environment: {A: 1}', 'environment:', {environment: {A: 1}}],
])('of two files come %s', (_, one, two, expected) => {
	expect(merged(one, two)).toEqual(expected);
});

test('of two files subnets come together by their addresses', () => {
	const one = 'services: {}\nnetworks: {a: {ipam: {config: [{subnet: 10.5.0.0/24, gateway: 10.5.0.1}]}}}\n';
	const two =
		'networks: {a: {labels: [x=1], ipam: {config: [{subnet: 10.5.0.0/24, ip_range: 10.5.0.8/29}, {subnet: "fd00::/64"}]}}}\n';
	expect(value({'compose.yaml': one, 'more.yaml': two}, {others: ['more.yaml']})).toMatchObject({
		networks: {
			a: {
				ipam: {config: [{subnet: '10.5.0.0/24', gateway: '10.5.0.1', ip_range: '10.5.0.8/29'}, {subnet: 'fd00::/64'}]},
			},
		},
	});
});

test('each value has its place in its own file', () => {
	const {root} = read(
		{'compose.yaml': 'services:\n  a:\n    image: one\n', 'more.yaml': '\n\nservices:\n  a: {user: "1"}\n'},
		{others: ['more.yaml']},
	);
	const places = placesOf(root);
	expect(places.origin(['services', 'a', 'image'])).toMatchObject({file: '/work/compose.yaml', line: 3});
	expect(places.origin(['services', 'a', 'user'])).toMatchObject({file: '/work/more.yaml', line: 4});
});

test('a service has what it extends, also of another file, whose paths begin at its folder', () => {
	const files = {
		'compose.yaml': `services:
  web:
    extends: {file: base/common.yaml, service: app}
    environment: {B: "2"}
  test: {extends: web, command: [test]}
`,
		'base/common.yaml': `services:
  app: {extends: {service: root}, build: ./app, volumes: [./data:/data, named:/n], env_file: app.env}
  root: {user: app, environment: [A=1]}
`,
	};
	const app = {
		user: 'app',
		build: '/work/base/app',
		volumes: ['/work/base/data:/data', 'named:/n'],
		env_file: '/work/base/app.env',
		environment: {A: '1', B: '2'},
	};
	expect(value(files)).toEqual({services: {web: app, test: {...app, command: ['test']}}});
});

test('what is included is there, with its own folder and variables, and the variables of the project before them', () => {
	const files = {
		'compose.yaml':
			'include: [db/compose.yaml, {path: [a.yaml, b.yaml], project_directory: other, env_file: c.env}]\nservices: {web: {image: web}}\n',
		'.env': 'TAG=project\n',
		'db/compose.yaml': 'services: {db: {image: "db:${TAG}-${SIZE}", volumes: [./data:/data]}}\nvolumes: {v: {}}\n',
		'db/.env': 'TAG=own\nSIZE=large\n',
		'a.yaml': 'services: {cache: {image: "${IMAGE}", build: .}}\n',
		'b.yaml': 'services: {cache: {user: "1"}}\n',
		'c.env': 'IMAGE=cache\n',
	};
	expect(value(files)).toEqual({
		services: {
			web: {image: 'web'},
			db: {image: 'db:project-large', volumes: ['/work/db/data:/data']},
			cache: {image: 'cache', build: '/work/other', user: '1'},
		},
		volumes: {v: {}},
	});
});

test('a file that is merged changes what the first one includes', () => {
	const files = {
		'compose.yaml': 'include: [db.yaml]\n',
		'db.yaml': 'services: {db: {image: one}}\n',
		'compose.override.yaml': 'services: {db: {image: two}}\n',
	};
	expect(value(files, {others: ['compose.override.yaml']})).toEqual({services: {db: {image: 'two'}}});
});

test('env files of the request take the place of `.env`, the last one first, and the caller comes before all', () => {
	const files = {
		'compose.yaml': 'a: $A\nb: $B\nc: $C\n',
		'.env': 'A=no\n',
		'one.env': 'A=1\nB=1\nC=1\n',
		'two.env': 'B=${A}2\n',
	};
	expect(value(files, {envFiles: ['one.env', 'two.env'], env: {C: 'caller'}})).toEqual({a: '1', b: '12', c: 'caller'});
});

test('an env file that is named must be there, and lines that are none are told of', () => {
	const files = {'compose.yaml': 'services: {app: {image: "x:$A"}}', '.env': 'A=1\nB\nthat is none\n', 'b.env': 'A=2'};
	expect(complaint(files, {envFiles: ['b.env', 'no.env']})).toContain('there is no env file no.env');
	const {warnings, root} = read(files);
	expect(warnings.map(({text}) => text)).toEqual([
		expect.stringMatching(/^\.env:3: `that is none` is not `NAME=value`/),
	]);
	expect(plainValue(root)).toEqual({services: {app: {image: 'x:1'}}});
});

test('with another folder for the project, paths and `.env` begin there', () => {
	const {folder, variables} = read(
		{'x/compose.yaml': 'a: 1\n', '.env': 'A=here\n'},
		{file: 'x/compose.yaml', projectDirectory: '.'},
	);
	expect(folder).toBe('/work');
	expect(variables('A')?.value).toBe('here');
});

test.each<[string, Files]>([
	['a service that extends itself', {'compose.yaml': 'services:\n  a: {extends: b}\n  b: {extends: a}\n'}],
	['a service that is not there', {'compose.yaml': 'services:\n  web: {}\n  a: {extends: wep}\n'}],
	['a file that is not there', {'compose.yaml': 'services:\n  a: {extends: {file: x.yaml, service: a}}\n'}],
	[
		'a service that is not in the file',
		{'compose.yaml': 'services:\n  a: {extends: {file: x.yaml, service: a}}\n', 'x.yaml': 'services: {b: {}}\n'},
	],
	['no name of a service', {'compose.yaml': 'services:\n  a: {extends: {file: x.yaml}}\n'}],
	['a file that includes itself', {'compose.yaml': 'include: [x.yaml]\n', 'x.yaml': 'include: [compose.yaml]\n'}],
	['an included file that is not there', {'compose.yaml': 'include: [x.yaml]\n'}],
	['an include without a path', {'compose.yaml': 'include: [{env_file: x}]\n'}],
	[
		'two services of one name',
		{'compose.yaml': 'include: [x.yaml]\nservices: {a: {image: x}}\n', 'x.yaml': 'services: {a: {image: y}}\n'},
	],
	['an included file that is no YAML', {'compose.yaml': 'include: [x.yaml]\n', 'x.yaml': 'a: [\n'}],
])('%s is refused', (_, files) => {
	expect(complaint(files)).toMatchSnapshot();
});

test('an error about a variable names the sample of the `.env` that is not there', () => {
	const kindOf = (path: string) => (path === '/work/.env.example' ? ('file' as const) : undefined);
	const files = {'compose.yaml': 'services: {app: {image: "a:${TAG:?which}"}}'};
	expect(complaint(files, {kindOf})).toContain(
		'set TAG in the environment or in .env; `.env.example` is a sample of it',
	);
	expect(complaint({...files, '.env': ''}, {kindOf})).not.toContain('sample');
});
