import {expect, test} from 'vitest';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {loadProject} from '../project/load.ts';
import type {SpecRequest} from './request.ts';

const file = `services:
  web:
    rootfs: host
    depends_on: {log: {required: false}}
  log: {rootfs: host, profiles: [debug, all]}
  tool:
    rootfs: host
    profiles: [tools]
    depends_on: [db]
  db: {rootfs: host, profiles: [data]}
`;

function load(request: Partial<SpecRequest>, dotenv?: string): readonly string[] | undefined {
	return loadProject({
		file: 'a.yaml',
		cwd: '/h',
		env: {},
		readText: path => ({'/h/a.yaml': file, '/h/.env': dotenv})[path],
		kindOf: () => 'file',
		...request,
	}).active;
}

function complaint(request: Partial<SpecRequest>): string {
	try {
		load(request);
	} catch (error) {
		if (isTsboxError(error)) return [error.code, error.message, error.output, error.hint].join('\n');
		throw error;
	}
	return '';
}

test('a service without profiles is always active, and a service with profiles if one of them is active', () => {
	expect(load({profiles: []})).toEqual(['web']);
	expect(load({profiles: ['debug']})).toEqual(['web', 'log']);
	expect(load({profiles: ['all', 'data']})).toEqual(['web', 'log', 'db']);
	expect(load({profiles: ['tools', 'data']})).toEqual(['web', 'tool', 'db']);
	expect(load({profiles: ['*']})).toEqual(['web', 'log', 'tool', 'db']);
});

test('COMPOSE_PROFILES of the caller or of .env is used without --profile', () => {
	const env = {COMPOSE_PROFILES: 'debug, data,unknown'};
	expect(load({profiles: [], env})).toEqual(['web', 'log', 'db']);
	expect(load({profiles: ['data'], env})).toEqual(['web', 'db']);
	expect(load({profiles: [], env: {COMPOSE_PROFILES: '*'}})).toHaveLength(4);
	expect(load({profiles: [], env: {COMPOSE_PROFILES: ''}})).toEqual(['web']);
	expect(load({profiles: []}, 'COMPOSE_PROFILES=data\n')).toEqual(['web', 'db']);
});

test('a named service activates its own profiles', () => {
	expect(load({profiles: [], named: ['log']})).toEqual(['web', 'log']);
	expect(load({profiles: ['data'], named: ['tool']})).toEqual(['web', 'tool', 'db']);
});

test('an empty profile is active where none is asked for', () => {
	const request = {readText: (path: string) => (path === '/h/a.yaml' ? empty : undefined)};
	const empty = 'services: {web: {rootfs: host, profiles: ["", more]}, other: {rootfs: host}}\n';
	expect(load({...request, profiles: []})).toEqual(['web', 'other']);
	expect(load({...request, profiles: ['more']})).toEqual(['web', 'other']);
	expect(complaint({...request, profiles: ['x']})).toContain('the profiles are more');
});

test('what is wrong with a service matters when its profile is active, or when it is named', () => {
	const blank = 'services: {web: {rootfs: host}, gpu: {image: "${IMAGE:-}", profiles: [gpu]}}\n';
	const request = {readText: (path: string) => (path === '/h/a.yaml' ? blank : undefined)};
	expect(load({...request, profiles: []})).toEqual(['web']);
	expect(load(request)).toBeUndefined();
	for (const asked of [{profiles: ['gpu']}, {profiles: [], named: ['gpu']}, {named: ['gpu']}])
		expect(complaint({...request, ...asked})).toContain('`image` must not be empty');
});

test('without requested profiles all services are selected', () => {
	expect(load({})).toBeUndefined();
	expect(load({env: {COMPOSE_PROFILES: 'tools'}})).toBeUndefined();
});

test('a dependency on an inactive service is reported with its place and a hint', () => {
	expect(complaint({profiles: ['tools']})).toMatchInlineSnapshot(`
		"E_SPEC_INVALID
		a.yaml:9:17: \`tool\` depends on \`db\`, whose profile is not active
		  9 |     depends_on: [db]
		    |                 ^^^^
		add \`--profile data\`, or write \`required: false\`"
	`);
	expect(complaint({profiles: [], named: ['tool']})).toBe(complaint({profiles: ['tools']}));
});

test('a misspelled profile is refused', () => {
	expect(complaint({profiles: ['debugg']})).toMatchInlineSnapshot(`
		"E_USAGE
		--profile: no service has the profile \`debugg\`

		did you mean debug?"
	`);
	expect(complaint({profiles: ['x']})).toMatchInlineSnapshot(`
		"E_USAGE
		--profile: no service has the profile \`x\`

		the profiles are debug, all, tools, data"
	`);
});
