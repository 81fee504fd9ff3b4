import {expect, test} from 'vitest';
import {takenBackText, undoneSteps} from './taken-back.ts';

const contents = {processes: ['sh', 'sleep', 'sh'], mounts: 1, namespaces: 7, cgroups: 0, interfaces: 2};
const step = {id: 'a', phase: 'cgroup', title: 'make the cgroup', command: 'mkdir x', why: 'to count'} as const;

test('what was taken back is counted, and steps are named on request', () => {
	expect(takenBackText(contents, [step], true)).toBe(
		[
			'Taken back:',
			'  ended      3 processes: sh, sleep',
			'  unmounted  1 file system',
			'  removed    7 namespaces, 2 network interfaces',
			'  deleted    every file that was written in it',
			'  undone     make the cgroup',
			'',
		].join('\n'),
	);
	expect(takenBackText(contents, [step], false)).not.toContain('undone');
});

test('a container that is gone already has nothing to count', () => {
	expect(takenBackText({...contents, processes: []}, [], true)).toMatch(/^The container ended before/);
});

test('steps that were undone are known by their events', async () => {
	const at = 0;
	expect(
		await undoneSteps([
			{type: 'plan.started', at, name: 'x', steps: [step]},
			{type: 'step.undone', at, id: 'a'},
			{type: 'step.undone', at, id: 'unknown'},
		]),
	).toEqual([step]);
});
