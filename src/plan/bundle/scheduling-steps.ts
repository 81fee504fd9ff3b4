import type {OciConfig} from '../../oci/config.ts';
import {ioPriorityValue, schedulerShown} from '../../step/calls/scheduling-calls.ts';
import type {Check} from '../../step/verbs/check.ts';
import type {StepInside} from '../../step/verbs/step.ts';
import {endsWithProcess} from '../process/same-each-time.ts';

/** Steps for what the process asks of the kernel's schedulers, and for its persona. Root sets them, with the right to. */
export function schedulingSteps({process, linux}: OciConfig): readonly StepInside[] {
	const {scheduler, ioPriority} = process;
	const {personality} = linux;
	const step = (
		rest: Pick<StepInside, 'id' | 'title' | 'why' | 'man' | 'object' | 'action' | 'checks'>,
	): StepInside => ({...rest, phase: 'hardening', side: 'inside', undo: endsWithProcess});
	return [
		...(scheduler === undefined
			? []
			: [
					step({
						id: 'process.scheduler',
						title: `schedule it by ${scheduler.policy}`,
						why: 'The policy says which process the kernel runs first. It stays over execve(2), and what the command starts inherits it.',
						man: 'sched(7)',
						object: 'scheduling policy of the process',
						action: {kind: 'setScheduler', scheduler},
						checks: [{kind: 'readBack', path: 'sched_getattr(2)', equals: schedulerShown(scheduler)}],
					}),
				]),
		...(ioPriority === undefined
			? []
			: [
					step({
						id: 'process.io',
						title: `give it the I/O priority ${ioPriority.class} ${ioPriority.priority}`,
						why: 'Schedulers of disks serve processes in the order of their classes and priorities.',
						man: 'ioprio_set(2)',
						object: 'I/O priority of the process',
						action: {kind: 'setIoPriority', ioPriority},
						checks: [{kind: 'readBack', path: 'ioprio_get(2)', equals: String(ioPriorityValue(ioPriority))}],
					}),
				]),
		...(personality === undefined
			? []
			: [
					step({
						id: 'process.personality',
						title: `give it the persona ${personality}`,
						why: 'With LINUX32 uname(2) names a machine of 32 bits, which builds look at.',
						man: 'personality(2)',
						object: 'personality of the process',
						action: {kind: 'setPersonality', persona: personality},
						checks: personality === 'LINUX32' ? [{kind: 'personality', flag: 8}] : [],
					}),
				]),
	];
}

/** The check of the clocks of a new time namespace, as its first process reads them. */
export function clockChecks({linux: {timeOffsets = []}}: OciConfig): readonly Check[] {
	if (timeOffsets.length === 0) return [];
	// The kernel tells both clocks, in this order.
	const rows = (['monotonic', 'boottime'] as const).map(clock => {
		const {secs = 0, nanosecs = 0} = timeOffsets.find(each => each.clock === clock) ?? {};
		return `${clock} ${secs} ${nanosecs}`;
	});
	return [{kind: 'readBack', path: '/proc/self/timens_offsets', equals: rows.join(' ')}];
}
