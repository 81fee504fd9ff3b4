import {expect, test} from 'vitest';
import {settingStep} from '../../plan/cgroup/plan-cgroup.ts';
import {smallPlan} from '../../../test/support/sample-container.ts';
import {withSteps} from './update-limits.ts';

const limit = (id: string, file: string, value: string) =>
	settingStep({id, controller: 'memory', file, value, title: `limit ${file}`, why: '', man: ''}, '/sys/fs/cgroup/demo');

test('a changed limit replaces its step, and a new one follows the cgroup steps', () => {
	const before = {
		schema: 1,
		plan: smallPlan,
		startedAt: 0,
		ms: 9,
		outcome: 'started',
		steps: {'cgroup.memory': {status: 'done', ms: 3}},
	} as const;
	const plan = {
		...smallPlan,
		steps: smallPlan.steps.map(step => (step.id.startsWith('cgroup.') ? {...step, phase: 'cgroup' as const} : step)),
	};
	const after = withSteps({...before, plan}, [
		limit('cgroup.memory', 'memory.max', '8192'),
		limit('cgroup.pids', 'pids.max', '7'),
	]);
	const limits = after.plan.steps.filter(({phase}) => phase === 'cgroup');
	expect(limits.map(({id, checks}) => [id, checks])).toEqual([
		['cgroup.make', [{kind: 'folder', path: '/sys/fs/cgroup/tsbox/demo'}]],
		['cgroup.memory', [{kind: 'value', path: '/sys/fs/cgroup/demo/memory.max', equals: '8192'}]],
		['cgroup.pids', [{kind: 'value', path: '/sys/fs/cgroup/demo/pids.max', equals: '7'}]],
	]);
	expect(after.plan.steps.findIndex(({id}) => id === 'cgroup.pids')).toBe(4);
	expect(after.steps).toEqual({'cgroup.memory': {status: 'done', ms: 3}, 'cgroup.pids': {status: 'done', ms: 0}});
});
