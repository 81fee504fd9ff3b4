import type {RunEvent, StepWords} from '../../src/execute/event.ts';
import type {HeldStep} from '../../src/execute/held-step.ts';
import {sampleSnapshot} from './sample-snapshot.ts';

const steps: readonly StepWords[] = [
	{
		id: 'image.unpack',
		phase: 'image',
		title: 'unpack rootfs.tar.gz into the store',
		command: 'tar -xzf /srv/rootfs.tar.gz -C /var/lib/tsbox/images/1f',
		why: 'The container starts from these files.',
	},
	{
		id: 'cgroup.memory',
		phase: 'cgroup',
		title: 'limit memory to 100 MiB',
		command: 'echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max',
		why: 'Without a limit one container can take all memory.',
	},
	{
		id: 'mounts.table',
		phase: 'mounts',
		title: "mount the container's file tree",
		command: 'mount -a -T after.fstab',
		why: 'Programs expect /proc and /dev.',
	},
];

const mib = 2 ** 20;

/** The events of a run that unpacks, starts, and exits. */
export const sampleRun: readonly RunEvent[] = [
	{type: 'plan.started', at: 1000, name: 'demo', steps},
	{type: 'step.started', at: 1000, id: 'image.unpack'},
	{type: 'step.progress', at: 1100, id: 'image.unpack', done: 4 * mib, total: 100 * mib, entries: 12},
	{type: 'step.progress', at: 1500, id: 'image.unpack', done: 35 * mib, total: 100 * mib, entries: 1200},
	{type: 'step.progress', at: 1600, id: 'image.unpack', done: 39 * mib, total: 100 * mib, entries: 1300},
	{type: 'step.progress', at: 2000, id: 'image.unpack', done: 100 * mib, total: 100 * mib, entries: 4100},
	{type: 'step.done', at: 2010, id: 'image.unpack', ms: 1010},
	{type: 'warning', at: 2011, text: 'no swap accounting on this kernel'},
	{type: 'step.started', at: 2011, id: 'cgroup.memory'},
	{type: 'step.done', at: 2012, id: 'cgroup.memory', ms: 0.4},
	{type: 'step.started', at: 2012, id: 'mounts.table'},
	{type: 'step.done', at: 2020, id: 'mounts.table', ms: 8},
	{type: 'container.started', at: 2041, name: 'demo', pid: 1234, ms: 1041},
	{type: 'container.exited', at: 5000, name: 'demo', exitCode: 0, signal: null},
	{type: 'step.undone', at: 5001, id: 'mounts.table'},
	{type: 'run.completed', at: 5002, ok: true},
];

/** The events of a run whose last step fails, and which is rolled back. */
export const failedRun: readonly RunEvent[] = [
	...sampleRun.slice(0, 11),
	{type: 'step.output', at: 2018, id: 'mounts.table', text: 'mount: /proc: permission denied.\n'},
	{type: 'step.failed', at: 2020, id: 'mounts.table', ms: 8, message: 'mount ended with status 32'},
	{type: 'step.undone', at: 2021, id: 'cgroup.memory'},
	{type: 'run.completed', at: 2022, ok: false},
];

/**
 * A step of {@link sampleRun} that waits for a decision: the limit can be skipped, and each look at it has a larger number.
 * Before the last step the first process exists.
 */
export function sampleHeldStep(id: string): HeldStep {
	let looks = 0;
	const isLast = id === 'mounts.table';
	return {
		id,
		skipping:
			id === 'cgroup.memory'
				? {can: true, without: 'it may use all memory'}
				: {can: false, why: 'the next steps rely on it'},
		look: () => {
			looks += 1;
			return {
				first: isLast ? sampleSnapshot({pid: 1234, namespaces: {mount: '9'}}) : undefined,
				own: sampleSnapshot(),
				places: isLast ? [] : [{path: `/sys/${id}`, state: `reads ${looks}`}],
			};
		},
		checks: () => [
			{check: {kind: 'value', path: `/sys/${id}`, equals: '3'}, problem: undefined},
			{check: {kind: 'folder', path: '/later'}, problem: 'there is no folder /later'},
		],
		shell: where => (where === 'host' ? ['script', '/dev/null'] : isLast ? ['nsenter', '--target', '1234'] : undefined),
	};
}
