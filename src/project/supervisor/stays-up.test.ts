import {expect, test} from 'vitest';
import {sampleService} from '../../../test/support/sample-input.ts';
import type {UnitView} from '../state/unit-state.ts';
import {isLooping, notUp} from './stays-up.ts';

const running: UnitView = {
	service: {...sampleService, service: 'web'},
	status: 'running',
	health: 'starting',
	exitCode: null,
	restarts: 15,
	pid: 7,
	begun: true,
	error: undefined,
};

test('a container is given up after ten restarts since the wait began', () => {
	const of = (view: Partial<UnitView>) => ({unit: {view: () => ({...running, ...view})}, before: 5});
	expect([of({}), of({status: 'restarting', restarts: 14}), of({status: 'restarting'})].map(isLooping)).toEqual([
		false,
		false,
		true,
	]);
	expect(notUp('shop', [of({})], [])).toBeUndefined();
	expect(notUp('shop', [of({status: 'restarting'})], [])).toMatchObject({
		message: 'web did not stay up',
		why: 'web was restarted 10 times',
		hint: '`tsbox logs shop web` shows what it printed',
	});
});
