import {expect, test} from 'vitest';
import type {Frame} from '../draw/line.ts';
import {commandAt, planCursorMax, planCursorStart, type PlanState, planTab} from './plan-tab.ts';
import {plainText, sampleFrame, textsIn} from '../../../test/support/sample-frame.ts';
import {failedReport, startedReport} from '../../../test/support/sample-report.ts';

const first: PlanState = {cursor: 0, opened: new Set(), folds: false};

function draw(report = startedReport, state: PlanState = first, frame: Frame = sampleFrame()): string {
	return plainText(planTab(report, state, frame).lines);
}

test('the steps of a start are grouped by phase, and the selected step is expanded', () => {
	expect(draw()).toMatchInlineSnapshot(`
		"✔ started in 41 ms, 3 steps
		! warnings
		         no swap accounting on this kernel, so memswap_limit is not enforced

		cgroup: resource limits
		> ✔ limit memory to 100 MiB                    0.4 ms
		      host# echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max
		      why    Without a limit one container can take all memory of the machine,
		             and the kernel then kills whatever it likes.
		      read   cgroups(7)
		      makes  cgroup /sys/fs/cgroup/tsbox/demo
		      check  ✔ agreed: /sys/fs/cgroup/tsbox/demo/memory.max is 104857600
		      undo   goes with the cgroup

		namespaces: an isolated view of the system
		  ✔ start the first process in new namespaces  12 ms

		mounts: the file tree, detached from the host
		  ✔ mount the container's file tree            8 ms"
	`);
});

test('at 120 columns, commands and reasons have more room', () => {
	expect(draw(startedReport, {...first, cursor: 1}, sampleFrame(120))).toMatchInlineSnapshot(`
		"✔ started in 41 ms, 3 steps
		! warnings
		         no swap accounting on this kernel, so memswap_limit is not enforced

		cgroup: resource limits
		  ✔ limit memory to 100 MiB                    0.4 ms

		namespaces: an isolated view of the system
		> ✔ start the first process in new namespaces  12 ms
		      host# echo 0 > /sys/fs/cgroup/tsbox/demo
		            exec unshare --mount --pid sh ./gather.sh
		      why    A namespace is a view: of mounts, of processes, of names.
		      read   unshare(1)
		      makes  namespaces mount, pid
		      check  ✔ agreed: /proc/PID/ns/ differs from the host's in mount, pid
		      undo   echo 1 > /sys/fs/cgroup/tsbox/demo/cgroup.kill/cgroup.kill

		mounts: the file tree, detached from the host
		  ✔ mount the container's file tree            8 ms"
	`);
});

test('a failed step is expanded with its cause and output, earlier steps are undone, and later steps have not run', () => {
	expect(draw(failedReport)).toMatchInlineSnapshot(`
		"✘ failed at: start the first process in new namespaces
		  what   could not start the first process in new namespaces
		  why    the kernel does not let this user make namespaces
		  hint   run it as root, or set kernel.unprivileged_userns_clone to 1, and see
		         \`tsbox doctor\` for what this machine lacks
		! warnings
		         no swap accounting on this kernel, so memswap_limit is not enforced

		cgroup: resource limits
		> ↩ limit memory to 100 MiB                    undone
		      host# echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max
		      why    Without a limit one container can take all memory of the machine,
		             and the kernel then kills whatever it likes.
		      read   cgroups(7)
		      makes  cgroup /sys/fs/cgroup/tsbox/demo
		      check  · is no more: /sys/fs/cgroup/tsbox/demo/memory.max is 104857600
		      undo   goes with the cgroup

		namespaces: an isolated view of the system
		  ✘ start the first process in new namespaces  failed after 3 ms
		      cause  could not start the first process in new namespaces
		      output unshare: unshare failed: Operation not permitted
		             \\x1b[2Jsecond   line
		      host# echo 0 > /sys/fs/cgroup/tsbox/demo
		            exec unshare --mount --pid sh ./gather.sh
		      why    A namespace is a view: of mounts, of processes, of names.
		      read   unshare(1)
		      makes  namespaces mount, pid
		      check  · not asked: /proc/PID/ns/ differs from the host's in mount, pid
		      undo   echo 1 > /sys/fs/cgroup/tsbox/demo/cgroup.kill/cgroup.kill

		mounts: the file tree, detached from the host
		  · mount the container's file tree            not come to"
	`);
	expect(textsIn(planTab(failedReport, first, sampleFrame()).lines, 'failed')).toEqual([
		'✘ failed at: start the first process in new namespaces',
		'✘ ',
		'start the first process in new namespaces',
		'  failed after 3 ms',
		'could not start the first process in new namespaces',
	]);
});

test('finished phases are folded, except the phase of the selected step', () => {
	expect(draw(startedReport, {...first, cursor: 2, folds: true})).toMatchInlineSnapshot(`
		"✔ started in 41 ms, 3 steps
		! warnings
		         no swap accounting on this kernel, so memswap_limit is not enforced

		  ✔ cgroup      1 step, 0.4 ms
		  ✔ namespaces  1 step, 12 ms

		mounts: the file tree, detached from the host
		> ✔ mount the container's file tree            8 ms
		      demo# mount -i -n -a -T /dev/.box/conf/after.fstab
		      why    Programs expect /proc and /dev.
		      read   mount(8)
		      makes  2 mounts
		      check  ✔ agreed: /proc/PID/mountinfo has proc on /proc (nosuid,nodev)
		      check  ✔ agreed: /proc/PID/mountinfo has tmpfs on /dev
		      undo   dies with the mount namespace"
	`);
	expect(draw(failedReport, {...first, cursor: 2, folds: true})).toContain('  ↩ cgroup      1 step, 1 undone');
});

test('other steps can be expanded', () => {
	const text = draw(startedReport, {...first, opened: new Set(['mounts.table'])});
	expect(text).toContain('check  ✔ agreed: /proc/PID/mountinfo has proc on /proc (nosuid,nodev)');
});

test('a failed check is shown with its step', () => {
	const report = {
		...failedReport,
		steps: {
			'cgroup.memory': {status: 'failed', ms: 1, message: 'memory.max reads max', output: ''},
		},
		error: {code: 'E_CHECK_FAILED', message: 'memory.max reads max'},
	} as const;
	expect(draw(report)).toContain('check  ✘ did not agree: /sys/fs/cgroup/tsbox/demo/memory.max is 104857600');
	const undone = {...failedReport, steps: {...failedReport.steps, 'cgroup.memory': {status: 'done', ms: 1}}} as const;
	expect(draw(undone)).toContain('check  ✔ agreed: /sys/fs/');
	expect(draw(undone, {...first, cursor: 1})).toContain('check  · not asked: ');
});

test('a start that ended between two steps has its reason', () => {
	const report = {...failedReport, steps: {}, error: {code: 'E_INTERRUPTED', message: 'the start was interrupted'}};
	expect(draw(report).split('\n').slice(0, 2)).toEqual(['✘ failed after 41 ms', '  what   the start was interrupted']);
});

test('the cursor stays within the plan, and its line has the focus', () => {
	expect([planCursorMax(startedReport), planCursorStart(startedReport), planCursorStart(failedReport)]).toEqual([
		2, 0, 1,
	]);
	const {lines, focus} = planTab(startedReport, {...first, cursor: 99}, sampleFrame());
	expect(plainText([lines[focus ?? 0] ?? []])).toMatch(/^> ✔ mount the container's file tree/);
	expect(planTab({...startedReport, plan: {...startedReport.plan, steps: []}}, first, sampleFrame()).focus).toBe(0);
});

test('the command of the selected step can be copied unchanged', () => {
	expect(commandAt(startedReport, 0)).toBe('echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max');
	expect(commandAt(startedReport, 99)).toBeUndefined();
});

test('without a UTF-8 locale all text is ASCII', () => {
	for (const cursor of [0, 1, 2])
		for (const report of [startedReport, failedReport])
			expect(draw(report, {...first, cursor, folds: cursor === 1}, sampleFrame(80, 24, 'C'))).toMatch(
				/^[\n\x20-\x7e]*$/,
			);
});
