import {TsboxError} from '../../errors/tsbox-error.ts';
import type {OciIoPriority, OciProcess, OciScheduler} from '../../oci/config.ts';
import {ioClasses, schedulerFlags, schedulerPolicies} from '../../spec/bundle/scheduling-numbers.ts';
import type {Call} from './call.ts';

/**
 * The call that sets how the kernel schedules a process: struct sched_attr of sched_setattr(2).
 *
 * @param pid - 0 for the process that makes the call
 */
export function schedulerCall(scheduler: OciScheduler, pid = 0): Call {
	const {policy, flags, nice, priority, runtime, deadline, period} = scheduler;
	const bits = flags.reduce((all, flag) => all | schedulerFlags[flag], 0);
	return ['set_scheduler', pid, schedulerPolicies[policy], bits, nice, priority, runtime, deadline, period];
}

/** What `set_scheduler` tells of the kernel's answer: the policy, and the parameters that count for it. */
export function schedulerShown({policy, nice, priority, runtime, deadline, period}: OciScheduler): string {
	const number = schedulerPolicies[policy];
	if (policy === 'SCHED_DEADLINE') return [number, runtime, deadline, period === 0 ? deadline : period].join(' ');
	return `${number} ${policy === 'SCHED_FIFO' || policy === 'SCHED_RR' ? priority : nice}`;
}

/** The value of ioprio_set(2): the class above 13 bits of priority. */
export function ioPriorityValue(asked: OciIoPriority): number {
	return (ioClasses[asked.class] << 13) | asked.priority;
}

/** The call that sets how disks serve a process. */
export function ioPriorityCall(asked: OciIoPriority): Call {
	return ['set_io_priority', ioPriorityValue(asked)];
}

/** The call for a persona; PER_LINUX and PER_LINUX32 of include/uapi/linux/personality.h. */
export function personalityCall(persona: 'LINUX' | 'LINUX32'): Call {
	return ['set_personality', persona === 'LINUX32' ? 8 : 0];
}

/** The calls of a process that enters a container. Its scheduler is set later, since a child need not inherit it. */
export function entryScheduling({ioPriority}: OciProcess, persona: 'LINUX' | 'LINUX32' | undefined): readonly Call[] {
	return [
		...(ioPriority === undefined ? [] : [ioPriorityCall(ioPriority)]),
		...(persona === undefined ? [] : [personalityCall(persona)]),
	];
}

/** The most CPUs that a mask of sched_setaffinity(2) has here: CONFIG_NR_CPUS of the largest kernels. */
const mostCpus = 8192;

/**
 * The call that lets a process run on the CPUs of a list, `0-3,7`.
 *
 * @throws TsboxError E_SPEC_INVALID for what is no list.
 */
export function affinityCall(list: string): Call {
	const words: number[] = [];
	for (const part of list.replaceAll(' ', '').split(',')) {
		const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
		const [from, to] = [Number(first), Number(last)];
		if (first === undefined || from > to || to >= mostCpus)
			throw new TsboxError('E_SPEC_INVALID', `process.execCPUAffinity: ${JSON.stringify(list)} is no list of CPUs`, {
				hint: 'write one such as 0-3,7',
			});
		for (let cpu = from; cpu <= to; cpu += 1) words[cpu >> 5] = ((words[cpu >> 5] ?? 0) | (1 << (cpu & 31))) >>> 0;
	}
	return ['set_affinity', Array.from(words, word => word ?? 0).join(' ')];
}
