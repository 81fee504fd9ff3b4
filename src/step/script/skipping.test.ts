import {expect, test} from 'vitest';
import {samplePlan, savedFacts, stepOf} from '../../../test/support/sample-input.ts';
import {skippingOf} from './skipping.ts';

const plan = samplePlan({
	service: {
		memLimit: 1 << 26,
		pidsLimit: 64,
		hostname: 'box',
		readOnly: true,
		sysctls: {'net.ipv4.ip_forward': '1'},
		oomScoreAdj: 5,
		ulimits: [{name: 'nofile', soft: 64, hard: 64}],
	},
});

test('only steps that no later step relies on may be skipped', () => {
	expect(plan.steps.filter(step => skippingOf(step, plan.steps).can).map(({id}) => id)).toEqual([
		'cgroup.memory',
		'cgroup.pids',
		'mounts.links',
		'uts.hostname',
		'sysctl.net.ipv4.ip_forward',
		'network.loopback',
		'mounts.after',
		'root.readonly',
		'process.rlimits',
		'process.oom',
	]);
});

test('what cannot be skipped says why', () => {
	const why = (id: string) => skippingOf(stepOf(plan, id), plan.steps);
	expect(why('namespaces.start')).toMatchObject({can: false, why: expect.stringContaining('there is no container')});
	expect(why('process.exec')).toMatchObject({can: false, why: expect.stringContaining('quit')});
	expect(why('stage.release')).toEqual({can: false, why: 'the next steps rely on it'});
});

test('on cgroup v1 the memory limit cannot be skipped if there is one for memory and swap', () => {
	const facts = savedFacts('v1-bookworm');
	const canSkip = (memswapLimit?: number) => {
		const {steps} = samplePlan({facts, service: {memLimit: 1 << 26, ...(memswapLimit && {memswapLimit})}});
		const memory = steps.find(({id}) => id === 'cgroup.memory');
		return memory && skippingOf(memory, steps).can;
	};
	expect([canSkip(), canSkip(1 << 26)]).toEqual([true, false]);
});
