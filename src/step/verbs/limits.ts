import type {OciIoPriority, OciScheduler} from '../../oci/config.ts';
import {type InsideVerb, needsNothing, orFail} from './verb.ts';

/** A limit of setrlimit(2), as prlimit(1) names it; -1 is unlimited. */
export interface ResourceLimit {
	readonly name: string;
	readonly soft: number;
	readonly hard: number;
}

/** Sets the limits of the first process with prlimit(1). */
export interface RlimitsAction {
	readonly kind: 'rlimits';
	readonly limits: readonly ResourceLimit[];
	readonly hardOnly?: true;
}

export const rlimits: InsideVerb<RlimitsAction> = {
	shown: ({limits, hardOnly}) => {
		const word = (value: number): string => (value === -1 ? 'unlimited' : String(value));
		const words = limits.map(({name, soft, hard}) => `--${name}=${hardOnly === true ? '' : word(soft)}:${word(hard)}`);
		return [`prlimit --pid $$ ${words.join(' ')}`];
	},
	needs: () => ({tools: ['prlimit']}),
	insideLines: (action, _, conf) => orFail(rlimits.shown(action, conf)),
};

/** Sets the policy and the parameters by which the kernel gives the process its CPU: sched_setattr(2). */
export interface SetSchedulerAction {
	readonly kind: 'setScheduler';
	readonly scheduler: OciScheduler;
}

function schedulerLines({scheduler}: SetSchedulerAction): readonly string[] {
	const {policy, priority, nice, runtime, deadline, period, flags} = scheduler;
	const words = [
		'chrt',
		...(flags.includes('SCHED_FLAG_RESET_ON_FORK') ? ['--reset-on-fork'] : []),
		...(policy === 'SCHED_DEADLINE'
			? ['--sched-runtime', runtime, '--sched-deadline', deadline, '--sched-period', period]
			: []),
		`--${policy.slice('SCHED_'.length).toLowerCase()}`,
	];
	return [`${words.join(' ')} --pid ${priority} $$`, ...(nice === 0 ? [] : [`renice --priority ${nice} $$`])];
}

export const setScheduler: InsideVerb<SetSchedulerAction> = {
	shown: schedulerLines,
	needs: needsNothing,
	insideLines: schedulerLines,
};

/** Sets the class and the priority by which disks serve the process: ioprio_set(2). */
export interface SetIoPriorityAction {
	readonly kind: 'setIoPriority';
	readonly ioPriority: OciIoPriority;
}

function ioLines({ioPriority}: SetIoPriorityAction): readonly string[] {
	const word = {IOPRIO_CLASS_RT: 'realtime', IOPRIO_CLASS_BE: 'best-effort', IOPRIO_CLASS_IDLE: 'idle'};
	return [`ionice --class ${word[ioPriority.class]} --classdata ${ioPriority.priority} --pid $$`];
}

export const setIoPriority: InsideVerb<SetIoPriorityAction> = {
	shown: ioLines,
	needs: needsNothing,
	insideLines: ioLines,
};

/** Makes the process, and what it starts, see the machine of a persona: personality(2). */
export interface SetPersonalityAction {
	readonly kind: 'setPersonality';
	readonly persona: 'LINUX' | 'LINUX32';
}

function personalityLines({persona}: SetPersonalityAction): readonly string[] {
	return [`setarch ${persona === 'LINUX32' ? 'linux32' : 'linux64'}`];
}

export const setPersonality: InsideVerb<SetPersonalityAction> = {
	shown: personalityLines,
	needs: needsNothing,
	insideLines: personalityLines,
};
