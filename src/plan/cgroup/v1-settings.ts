import type {OciResources} from '../../oci/config.ts';
import type {PlanInput} from '../input/input.ts';
import type {Shortfalls} from '../input/unsupported.ts';
import type {Setting} from './cgroup-settings.ts';

/*
 * What control groups of version 1 alone can set. Sources: kernel cgroup-v1/memory.rst, "swappiness" and "OOM Control";
 * scheduler/sched-rt-group.rst.
 */

type Memory = NonNullable<OciResources['memory']>;

/** Warnings about settings of memory that version 2 has no file for. */
export function onlyV1Warnings({facts, config}: PlanInput): readonly string[] {
	const {swappiness, disableOOMKiller} = config.linux.resources.memory ?? {};
	if (facts.cgroup.layout !== 'v2') return [];
	return [
		...(swappiness === undefined ? [] : ['mem_swappiness has no effect: cgroup v2 has no such setting']),
		...(disableOOMKiller === true ? ['oom_kill_disable has no effect: cgroup v2 has no such setting'] : []),
	];
}

/** How readily memory is swapped out. */
export function swappinessSettings({swappiness}: Memory): readonly Setting[] {
	if (swappiness === undefined) return [];
	return [
		{
			id: 'cgroup.memory.swappiness',
			controller: 'memory',
			file: 'memory.swappiness',
			value: String(swappiness),
			title: `swap its memory out by a swappiness of ${swappiness}`,
			why: 'At 0 the kernel keeps its memory in RAM as long as it can; the host has 60 as a rule.',
			man: 'cgroups(7)',
		},
	];
}

/** Whether it waits for memory. */
export function oomSettings({disableOOMKiller}: Memory): readonly Setting[] {
	if (disableOOMKiller !== true) return [];
	return [
		{
			id: 'cgroup.memory.oom',
			controller: 'memory',
			file: 'memory.oom_control',
			value: '1',
			reads: 'oom_kill_disable 1 under_oom 0 oom_kill 0',
			title: 'let it wait for memory in place of being killed',
			why: 'At its limit it stops until memory is free again, or until its limit is raised.',
			man: 'cgroups(7)',
		},
	];
}

/** The microseconds of a second that the kernel gives a group in each period if none are written. */
const usualPeriod = 1_000_000;

/** Time for processes with a real-time priority. */
export function realtimeSettings(
	{facts: {cgroup}}: PlanInput,
	{realtimeRuntime, realtimePeriod}: NonNullable<OciResources['cpu']>,
	missing: Shortfalls,
): readonly Setting[] {
	if (realtimeRuntime === undefined && realtimePeriod === undefined) return [];
	if (cgroup.realtime === null) {
		missing.add(
			'real-time CPU time cannot be given',
			cgroup.layout === 'v2'
				? 'cgroup v2 has no such setting'
				: 'this kernel has none for groups (CONFIG_RT_GROUP_SCHED)',
			'take `cpu_rt_runtime` and `cpu_rt_period` out, and use `cpus`, or `ulimits: {rtprio: 10}`',
		);
		return [];
	}
	const period = realtimePeriod ?? usualPeriod;
	const shared = {controller: 'cpu', man: 'sched(7)'};
	return [
		{
			...shared,
			id: 'cgroup.cpu.rt_period',
			file: 'cpu.rt_period_us',
			value: String(period),
			title: `count real-time CPU time in periods of ${period / 1000} ms`,
			why: 'The budget is given for one such period.',
		},
		...(realtimeRuntime === undefined
			? []
			: [
					{
						...shared,
						id: 'cgroup.cpu.rt_runtime',
						file: 'cpu.rt_runtime_us',
						value: String(realtimeRuntime),
						title: `give it ${realtimeRuntime / 1000} ms of real-time CPU time`,
						why: 'A new group has none, and no process in it can have a real-time priority.',
					},
				]),
	];
}
