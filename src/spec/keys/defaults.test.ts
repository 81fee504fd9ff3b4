import {expect, test} from 'vitest';
import {parseYaml} from '../syntax/document.ts';
import {explainOrigin} from '../project/explain-origin.ts';
import {loadProject} from '../project/load.ts';
import type {Project} from '../model/project.ts';
import {isMap} from './parse-lenient.ts';
import {readTree} from '../syntax/tree.ts';
import type {SpecDefaults} from './defaults.ts';

function defaultsOf(text: string): SpecDefaults {
	const source = {file: '/etc/tsbox/config.yaml', shown: '/etc/tsbox/config.yaml', text};
	const parsed = parseYaml(source);
	if (!parsed.ok) throw new Error('no YAML');
	const {value, places} = readTree(parsed.document, source, undefined);
	const map = isMap(value) ? value : {};
	return Object.fromEntries(Object.entries(map).map(([key, each]) => [key, {value: each, places}]));
}

function load(spec: string, defaults: string): Project {
	return loadProject({
		file: 'demo.yaml',
		cwd: '/work',
		env: {},
		readText: path => (path === '/work/demo.yaml' ? spec : undefined),
		kindOf: () => 'directory',
		defaults: defaultsOf(defaults),
	});
}

const originOf = (project: Project, key: string, at = 0): string => {
	const origin = project.services[at]?.origins[key];
	return origin === undefined ? 'nowhere' : explainOrigin(origin, '/work');
};

test('a default applies if the spec does not set the key, and its origin is the configuration', () => {
	const project = load('mem_limit: 50m\n', 'rootfs: host\nmem_limit: 100m\ncpus: 0.5\nvolumes: [/srv:/srv]\n');
	expect(project.services).toMatchObject([
		{rootfs: {kind: 'host'}, memLimit: 52_428_800, cpus: 0.5, volumes: [{source: '/srv'}]},
	]);
	expect(['rootfs', 'mem_limit', 'cpus', 'volumes.0'].map(key => originOf(project, key))).toEqual([
		'/etc/tsbox/config.yaml:1:9',
		'demo.yaml:1:12',
		'/etc/tsbox/config.yaml:3:7',
		'/etc/tsbox/config.yaml:4:11',
	]);
});

test('each service gets the default, and keys do not merge', () => {
	const project = load(
		'services: {a: {rootfs: host}, b: {rootfs: host, environment: {A: b}}}',
		'environment: {TZ: UTC}\nsecurity_opt: [seccomp=unconfined]\n',
	);
	expect(project.services.map(({environment}) => environment)).toEqual([{TZ: 'UTC'}, {A: 'b'}]);
	expect(originOf(project, 'environment.TZ')).toBe('/etc/tsbox/config.yaml:1:19');
	expect(originOf(project, 'environment.A', 1)).toBe('demo.yaml:1:66');
	expect(project.services[1]?.security.seccomp).toEqual({kind: 'unconfined'});
});

test('a default is not used if the spec sets the same value by another key', () => {
	const deployed = 'rootfs: host\ndeploy: {replicas: 2, resources: {limits: {memory: 10m}}}\n';
	const defaults = 'mem_limit: 20m\nmemswap_limit: 20m\nscale: 3\npids_limit: 5\ncommand: [top]\n';
	const {services} = load(deployed, defaults);
	expect(services).toHaveLength(2);
	expect(services[0]).toMatchObject({memLimit: 10_485_760, pidsLimit: 5, command: ['top']});
	expect(load('rootfs: host\nentrypoint: [ls]\n', 'command: [top]\n').services[0]?.command).toEqual([]);
	const limited = load('rootfs: host\nmem_limit: 1m\n', 'deploy: {resources: {limits: {memory: 2m}}}\n');
	expect(limited.services[0]?.memLimit).toBe(1_048_576);
});

test('an impossible default is reported with its place in the configuration', () => {
	expect(() => load('rootfs: host\nnamespaces: [mount]\n', 'hostname: x\n')).toThrow(
		/^\/etc\/tsbox\/config.yaml:1:11: /,
	);
});
