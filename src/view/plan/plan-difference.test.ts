import {expect, test} from 'vitest';
import {planDifferenceText} from './plan-difference-text.ts';
import {planDifferenceJson} from './plan-json.ts';
import {sampleCommand, samplePlan, sampleUndo} from '../../../test/support/sample-plan.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {theme} from '../text/theme.ts';

const look = {
	columns: 72,
	theme: theme(false),
	width: (text: string) => text.length,
	callsOf: () => [],
	undoOf: sampleUndo,
};
const before = {...look, plan: samplePlan, commandOf: sampleCommand};

/** The sample without a memory limit, with one mount more, and with a protection off. */
function changed(more: Partial<Plan> = {}) {
	const [, start, mounts] = samplePlan.steps as readonly [Step, Step, Step];
	const hostname = {...start, id: 'uts.hostname', phase: 'hardening', title: 'set the hostname'} as Step;
	const plan: Plan = {
		...samplePlan,
		spec: 'other.yaml',
		steps: [start, mounts, hostname],
		protections: samplePlan.protections.map(each => ({...each, on: false, stops: 'It sees all processes.'})),
		...more,
	};
	const commandOf = (step: Step): string =>
		step.id === 'uts.hostname'
			? 'hostname demo'
			: sampleCommand(step).replace('tmpfs /dev', 'sysfs /sys sysfs ro 0 0\ntmpfs /dev');
	return {...look, plan, commandOf};
}

test('the difference of two plans shows new, removed and changed steps by phase, and the protections', () => {
	expect(planDifferenceText(before, changed(), {explain: false})).toMatchInlineSnapshot(`
		"demo.yaml: 3 steps
		other.yaml: 3 steps, 1 added, 1 removed, 1 changed, 1 the same

		cgroup: resource limits
		- 1  limit memory to 100 MiB
		     host# echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max

		mounts: the file tree, detached from the host
		~ 2  mount the container's file tree
		     + sysfs /sys sysfs ro 0 0

		hardening: what the kernel will deny
		+ 3  set the hostname
		     host# hostname demo

		protections
		- off  process ids
		     It sees all processes.
		     open   Killing a process of the host.
		"
	`);
});

test('--explain adds the details of each new step', () => {
	expect(planDifferenceText(before, changed(), {explain: true})).toContain('hostname demo\n     why    A namespace');
});

test('the name of the container is no difference when one side is renamed', () => {
	const renamed = {
		...changed({steps: samplePlan.steps, name: 'web'}),
		commandOf: (step: Step) => sampleCommand(step).replaceAll('demo', 'web'),
		rename: (text: string) => text.replaceAll('web', 'demo'),
	};
	const text = planDifferenceText(before, renamed, {explain: false, otherName: 'web'});
	expect(text).toContain('0 added, 0 removed, 0 changed, 3 the same\nweb is compared under the name demo\n');
});

test('other checks of the same command are a change', () => {
	const steps = samplePlan.steps.map(
		step => ({...step, checks: step.id === 'mounts.table' ? [] : step.checks}) as Step,
	);
	const after = {...before, plan: {...samplePlan, steps}};
	expect(planDifferenceText(before, after, {explain: false})).toContain(
		"~ 3  mount the container's file tree\n     - check: /proc/PID/mountinfo has proc on /proc (nosuid,nodev)\n",
	);
});

test('the difference as JSON has numbers of both plans; without the protections if only some steps are compared', () => {
	expect(JSON.parse(planDifferenceJson(before, changed()))).toMatchObject({
		before: {name: 'demo', spec: 'demo.yaml', steps: 3},
		added: [{number: 3, id: 'uts.hostname', command: 'hostname demo'}],
		removed: [{number: 1, id: 'cgroup.memory'}],
		changed: [{id: 'mounts.table', numbers: [3, 2], lines: [{sign: '+', text: 'sysfs /sys sysfs ro 0 0'}]}],
		same: 1,
		protections: [{name: 'process ids', on: false, change: 'off'}],
	});
	expect(JSON.parse(planDifferenceJson(before, changed(), step => step.phase === 'cgroup'))).toMatchObject({
		added: [],
		removed: [{number: 1}],
		protections: [],
	});
});
