import {expect, test} from 'vitest';
import {explainOrigin} from '../project/explain-origin.ts';
import {loadProject} from '../project/load.ts';
import type {Service} from '../model/project.ts';
import {reproducibleWarnings} from './reproducible.ts';
import type {SpecOptions} from './request.ts';

function read(text: string, env: Record<string, string> = {}, options: SpecOptions = {}): Service {
	const {services} = loadProject({
		file: '/w/build.yaml',
		cwd: '/w',
		env,
		readText: path => (path === '/w/build.yaml' ? `rootfs: host\n${text}` : undefined),
		kindOf: () => undefined,
		options,
	});
	const [service] = services;
	if (service === undefined) throw new Error('no service');
	return service;
}

test('`reproducible: true` fixes names, variables, the CPU, the clocks, and the size of a tmpfs', () => {
	const {hostname, domainname, cpuset, environment, namespaces, volumes} = read('reproducible: true\ntmpfs: /tmp\n');
	expect({hostname, domainname, cpuset, environment}).toEqual({
		hostname: 'box',
		domainname: '(none)',
		cpuset: '0',
		environment: {SOURCE_DATE_EPOCH: '315532800', TZ: 'UTC', LC_ALL: 'C'},
	});
	expect(namespaces).toContain('time');
	expect(volumes).toMatchObject([{target: '/tmp', size: 1_073_741_824}]);
});

test('the origin of such a value is `reproducible: true`', () => {
	const {origins} = read('reproducible: true\n');
	expect(origins['hostname']).toEqual({kind: 'reproducible'});
	expect(origins['environment.TZ']).toEqual({kind: 'reproducible'});
	expect(explainOrigin({kind: 'reproducible'}, '/w')).toBe('`reproducible: true`');
});

test('`--reproducible` does the same, and nothing is fixed without it', () => {
	expect(read('', {}, {reproducible: true}).hostname).toBe('box');
	const plain = read('');
	expect([plain.hostname, plain.cpuset, plain.environment, plain.reproducible]).toEqual([
		'build',
		undefined,
		{},
		undefined,
	]);
});

test('values of the spec win, with a warning if they may differ between runs', () => {
	const service = read(
		'reproducible: true\nhostname: mine\ncpuset: 0-1\nkeep: true\nenvironment: [TZ, "TAG=${TAG}"]\nnamespaces: [mount, network, uts, ipc]\n',
		{TZ: 'Asia/Tokyo', TAG: '1'},
	);
	expect([service.hostname, service.environment['TZ']]).toEqual(['mine', 'Asia/Tokyo']);
	expect(reproducibleWarnings(service)).toMatchInlineSnapshot(`
		[
		  "not reproducible: process numbers are those of the host",
		  "not reproducible: the paths of its cgroups are those of the host",
		  "not reproducible: its clocks go on from the boot of the host",
		  "not reproducible: it runs on several processors at once",
		  "not reproducible: environment.TZ is the caller's",
		  "not reproducible: environment.TAG holds TAG of the caller's environment",
		  "not reproducible: it begins with the files of the run before",
		]
	`);
	expect(reproducibleWarnings(read('reproducible: true\n'))).toEqual([]);
});

test("the host's network is refused", () => {
	expect(() => read('reproducible: true\nnamespaces: [mount, pid, uts]\n')).toThrowError(
		/needs a network namespace of its own/,
	);
});
