import {expect, test} from 'vitest';
import {sampleService} from '../../../test/support/sample-input.ts';
import {changedKeys, configOf, serviceKeys} from './service-keys.ts';
import {serviceShape} from './service-schema.ts';

test('exactly one key sets each field of a service', () => {
	const fields = Object.values(serviceKeys).flatMap(({recorded}) => Object.keys(recorded));
	expect(fields).toEqual([...new Set(fields)]);
	expect(Object.keys(serviceKeys)).toEqual(Object.keys(serviceShape));
});

test('changed fields are reported as keys of the spec', () => {
	const changed = {
		stopGraceMs: 1500,
		blkio: {weight: 300},
		noNewPrivileges: false,
		memLimit: 4096,
		tty: true,
		dependsOn: [],
		service: 'other',
	};
	expect(changedKeys(sampleService, {...sampleService, ...changed})).toEqual([
		'blkio_config',
		'mem_limit',
		'security_opt',
		'stop_grace_period',
		'tty',
	]);
	expect(changedKeys({labels: {a: '1', b: '2'}}, {labels: {b: '2', a: '1'}})).toEqual([]);
	expect(changedKeys({command: ['a', 'b']}, {command: ['b', 'a']})).toEqual(['command']);
	expect(changedKeys(sampleService, JSON.parse(JSON.stringify(sampleService)) as typeof sampleService)).toEqual([]);
});

test('each value is shown as text', () => {
	const service = {...sampleService, blkio: {weight: 300}, landlock: [{path: '/srv', access: ['execute']}], keep: true};
	const values = configOf(service);
	expect(values).toContainEqual({key: 'blkio_config.weight', value: '300'});
	expect(values).toContainEqual({key: 'landlock./srv', value: 'execute'});
	expect(values.filter(({value}) => value.includes('[object'))).toEqual([]);
});
