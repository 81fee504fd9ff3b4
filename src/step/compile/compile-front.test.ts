import {describe, expect, test} from 'vitest';
import {type SampleChanges, samplePlan, savedFacts, storedImage} from '../../../test/support/sample-input.ts';
import {besideStep, withBeside} from '../../../test/support/with-beside.ts';
import type {Plan} from '../verbs/step.ts';
import {compileFront, type FrontProgram} from './compile-front.ts';

const facts = savedFacts('v2-bookworm');

function compiled(changes: SampleChanges, change: (plan: Plan) => Plan = plan => plan): FrontProgram | undefined {
	return compileFront({
		plan: change({...samplePlan({facts, ...changes}), executor: 'calls', warnings: []}),
		facts,
		folder: '/run/tsbox/containers/demo',
		record: {schema: 1, name: 'demo', spec: "it's.yaml"},
		exits: '/run/tsbox/exited',
		remains: ['/var/lib/tsbox/layers/demo'],
	});
}

const rowsOf = (front: FrontProgram | undefined) => (front?.rows ?? '').split('\n').map(row => row.split('\t'));
const names = (front: FrontProgram | undefined) => rowsOf(front).map(([name]) => name);

describe('a container', () => {
	test.each<[string, SampleChanges]>([
		['a plain one', {}],
		['one with limits', {service: {memLimit: 64 << 20, cpus: 0.5, pidsLimit: 9, oomScoreAdj: 5}}],
		['one with a user by name', {service: {user: 'app:staff', groupAdd: ['audio'], workingDir: '/srv'}}],
		['one that is read-only, with init', {service: {readOnly: true, init: true}}],
	])('is started without Node: %s', (_, changes) => {
		const front = compiled(changes);
		expect(names(front)).toEqual(
			expect.arrayContaining(['front_go', 'front_claim', 'start', 'front_gate', 'front_wait']),
		);
		// Nothing is made before all inputs were compared.
		expect(names(front).slice(0, 2)).toEqual(['close_others', 'front_go']);
	});

	test('has the file that counts its kills for lack of memory only where there is a limit', () => {
		expect(compiled({})?.memory).toBe('');
		expect(compiled({service: {memLimit: 64 << 20}})?.memory).toBe('/sys/fs/cgroup/tsbox/demo/memory.events');
	});

	test.each<[string, SampleChanges, ((plan: Plan) => Plan)?]>([
		['with commands', {}, plan => ({...plan, executor: 'commands'})],
		['with a warning', {}, plan => ({...plan, warnings: ['no swap']})],
		['without namespaces', {service: {namespaces: [], root: 'chroot'}}],
		['in the pid namespace of the host', {service: {namespaces: ['mount', 'uts']}}],
		['with a terminal of its own', {tty: true}],
		[
			'with a step beside its first process',
			{},
			plan => withBeside(plan, besideStep('x', {kind: 'runOnHost', tool: 'mkdir', args: ['/x']}), 'process.exec'),
		],
	])('is left to Node: %s', (_, changes, change) => expect(compiled(changes, change)).toBeUndefined());
});

test('its program has no word of the user', () => {
	const one = compiled({});
	const other = compiled({service: {environment: {SECRET: "';exit 1;'"}, workingDir: '/$(id)'}});
	expect(other?.rows).toContain('SECRET');
	expect(other?.program).toBe(one?.program);
});

test('an image that is not in the store is for Node to unpack', () => {
	const rows = rowsOf(compiled({image: {...storedImage, stored: false}}));
	expect(rows.some(([name, path]) => name === 'present' && path?.endsWith('/image.json') === true)).toBe(true);
});

test('its report begins as that of Node', () => {
	const {report = ''} = compiled({}) ?? {};
	const whole = JSON.parse(`${report}"startedAt":1,"ms":2,"outcome":"started","steps":{}}`) as Record<string, unknown>;
	expect(Object.keys(whole)).toEqual(['schema', 'plan', 'startedAt', 'ms', 'outcome', 'steps']);
});
