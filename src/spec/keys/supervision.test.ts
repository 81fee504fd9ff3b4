import {expect, test} from 'vitest';
import {parseRestart} from '../model/restart.ts';
import {loadProject} from '../project/load.ts';
import type {Project} from '../model/project.ts';

const load = (body: string): Project =>
	loadProject({
		file: 'a.yaml',
		cwd: '/h',
		env: {},
		readText: path => (path === '/h/a.yaml' ? `services:\n${body}` : undefined),
		kindOf: () => 'file',
	});
const service = (text: string): string =>
	`  a:\n    rootfs: host\n    ${text}\n  b: {rootfs: host, healthcheck: {test: "true"}}\n`;

test.each([
	['no', {kind: 'no'}],
	[false, {kind: 'no'}],
	['always', {kind: 'always'}],
	['unless-stopped', {kind: 'unless-stopped'}],
	['on-failure', {kind: 'on-failure'}],
	['on-failure:3', {kind: 'on-failure', most: 3}],
])('restart: %s', (text, policy) => {
	expect(parseRestart(text)).toEqual({ok: true, value: policy});
});

test.each([true, 'on-failure:', 'on-failure:-1', 'never', ''])('restart: %j is refused', text => {
	expect(parseRestart(text).ok).toBe(false);
});

test('dependencies are read in the short and the long form', () => {
	expect(load(service('depends_on: [b, b]')).services[0]?.dependsOn).toEqual([
		{service: 'b', condition: 'service_started', required: true, restart: false},
	]);
	expect(
		load(service('depends_on: {b: {condition: service_healthy}, c: {required: false}}')).services[0]?.dependsOn,
	).toEqual([
		{service: 'b', condition: 'service_healthy', required: true, restart: false},
		{service: 'c', condition: 'service_started', required: false, restart: false},
	]);
});

test.each([
	['depends_on: [c]', 'which is not a service of this file'],
	['depends_on: [a]', 'services wait for each other: a -> a'],
	['depends_on: {b: {condition: ready}}', 'must be one of'],
	['healthcheck: {interval: 1s}', 'has no `test`'],
	['healthcheck: {test: []}', 'begins with none of'],
	['healthcheck: {test: [CMD-SHELL, a, b]}', 'begins with none of'],
	['healthcheck: {test: "true", retries: 0}', 'retries'],
	['healthcheck: {test: "true", interval: 5}', 'must be a duration'],
	['logging: {options: {max-size: lots}}', 'max-size'],
])('%s is refused', (text, message) => {
	expect(() => load(service(text))).toThrow(
		expect.objectContaining({code: 'E_SPEC_INVALID', message: expect.stringContaining(message)}),
	);
});

test('a health check is a list of words, a shell command, or disabled', () => {
	const check = (text: string) => load(service(`healthcheck: ${text}`)).services[0]?.healthcheck;
	expect(check('{test: [CMD, a, b], interval: 1s, retries: 2}')).toEqual({
		test: ['a', 'b'],
		intervalMs: 1000,
		timeoutMs: 30_000,
		startPeriodMs: 0,
		startIntervalMs: 5000,
		retries: 2,
	});
	expect(check('{test: "a | b"}')?.test).toEqual(['/bin/sh', '-c', 'a | b']);
	expect(check('{test: [CMD-SHELL, "a | b"]}')?.test).toEqual(['/bin/sh', '-c', 'a | b']);
	expect(check('{test: [NONE]}')).toBeUndefined();
	expect(check('{disable: true}')).toBeUndefined();
});
