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
	['hosts of both forms', 'extra_hosts: ["a:1.1.1.1"]', 'extra_hosts: {a: 2.2.2.2}', {extra_hosts: {a: '2.2.2.2'}}],
	[
		'dependencies of both forms',
		'depends_on: [a]',
		'depends_on: {b: {condition: service_healthy}}',
		{depends_on: {a: null, b: {condition: 'service_healthy'}}},
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
