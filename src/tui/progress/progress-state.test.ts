import {expect, test} from 'vitest';
import {failedRun, sampleRun} from '../../../test/support/sample-run.ts';
import {noProgress, reduceProgress} from './progress-state.ts';

const after = (events: typeof sampleRun) => events.reduce(reduceProgress, noProgress);

test('steps are waiting, running, and done', () => {
	expect(after(sampleRun.slice(0, 1)).steps.map(step => step.state.status)).toEqual(['waiting', 'waiting', 'waiting']);
	expect(after(sampleRun.slice(0, 9)).steps.map(step => step.state.status)).toEqual(['done', 'running', 'waiting']);
});

test('an unpack keeps its start time', () => {
	expect(after(sampleRun.slice(0, 4)).steps[0]?.state).toEqual({
		status: 'running',
		since: 1000,
		unpack: {done: 35 * 2 ** 20, total: 100 * 2 ** 20, entries: 1200, at: 1500},
	});
});

test('a failed step keeps its reason and its output while other steps are undone', () => {
	const state = after(failedRun);
	expect(state.outcome).toBe('failed');
	expect(state.steps.map(step => step.state.status)).toEqual(['done', 'undone', 'failed']);
	expect(state.steps[2]).toMatchObject({
		output: 'mount: /proc: permission denied.\n',
		state: {message: 'mount ended with status 32'},
	});
});

test('warnings are kept in order, and a new plan resets the state', () => {
	expect(after(sampleRun).warnings).toEqual(['no swap accounting on this kernel']);
	expect(after([...sampleRun, ...sampleRun.slice(0, 1)])).toEqual(after(sampleRun.slice(0, 1)));
});
