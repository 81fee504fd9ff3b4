import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {shortCheckWords} from './check-words.ts';
import {planExplain} from './plan-explain.ts';
import {publishedPlan} from '../../step/verbs/published-plan.ts';
import {planJson} from './plan-json.ts';
import {planTable} from './plan-table.ts';
import {sampleCommand, samplePlan, sampleUndo} from '../../../test/support/sample-plan.ts';
import {theme} from '../text/theme.ts';

const look = {
	columns: 72,
	theme: theme(false),
	width: stringWidth,
	commandOf: sampleCommand,
	callsOf: () => [],
	undoOf: sampleUndo,
};

test('the table groups steps by phase and shows the prompt of each command', () => {
	expect(planTable(samplePlan, look)).toMatchInlineSnapshot(`
		"demo: 3 steps from demo.yaml

		cgroup: resource limits
		  1  limit memory to 100 MiB
		     host# echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max

		namespaces: an isolated view of the system
		  2  start the first process in new namespaces
		     host# unshare --mount --pid --uts --ipc --net --cgroup --fork \\
		             --kill-child --propagation private sh -c \\
		             'exec sh /run/tsbox/demo/init.sh'

		mounts: the file tree, detached from the host
		  3  mount the container's file tree
		     demo# mount -a -T /dev/stdin <<end
		           proc /proc proc nosuid,nodev,noexec 0 0
		           tmpfs /dev tmpfs nosuid,mode=755 0 0
		           end

		warnings
		  - no swap accounting on this kernel, so memswap_limit is not enforced
		"
	`);
});

test('a wide terminal gets a long command on one line', () => {
	expect(planTable(samplePlan, {...look, columns: 160})).toContain(
		`     host# ${sampleCommand({id: 'namespaces.start'})}\n`,
	);
});

test('a hostile name in a plan is escaped', () => {
	expect(planTable({...samplePlan, name: 'a\u001b[2J', spec: 'b\u0007.yaml'}, look)).not.toMatch(/[\u001b\u0007]/);
});

test('explain adds why, page, kernel object, checks, undo and the origin of each value', () => {
	const origins = [
		{value: 'mem_limit', origin: 'demo.yaml:4:12, MEM from the environment'},
		{value: 'stop_signal', origin: 'default'},
	];
	expect(planExplain(samplePlan, look, origins)).toMatchInlineSnapshot(`
		"demo: 3 steps from demo.yaml

		cgroup: resource limits
		  1  limit memory to 100 MiB
		     host# echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max
		     why    Without a limit one container can take all memory of the
		            machine, and the kernel then kills whatever it likes.
		     read   cgroups(7)
		     makes  cgroup /sys/fs/cgroup/tsbox/demo
		     check  /sys/fs/cgroup/tsbox/demo/memory.max is 104857600
		     undo   nothing: goes with the cgroup
		     id     cgroup.memory

		namespaces: an isolated view of the system
		  2  start the first process in new namespaces
		     host# unshare --mount --pid --uts --ipc --net --cgroup --fork \\
		             --kill-child --propagation private sh -c \\
		             'exec sh /run/tsbox/demo/init.sh'
		     why    A namespace is a view: of mounts, of processes, of names.
		     read   unshare(1)
		     makes  namespaces mount, pid
		     check  /proc/PID/ns/ differs from the host's in mount, pid
		     undo   echo 1 > /sys/fs/cgroup/tsbox/demo/cgroup.kill
		     id     namespaces.start

		mounts: the file tree, detached from the host
		  3  mount the container's file tree
		     demo# mount -a -T /dev/stdin <<end
		           proc /proc proc nosuid,nodev,noexec 0 0
		           tmpfs /dev tmpfs nosuid,mode=755 0 0
		           end
		     why    Programs expect /proc and /dev.
		     read   mount(8)
		     makes  2 mounts
		     check  /proc/PID/mountinfo has proc on /proc (nosuid,nodev)
		     check  /proc/PID/mountinfo has tmpfs on /dev
		     undo   nothing: dies with the mount namespace
		     id     mounts.table

		warnings
		  - no swap accounting on this kernel, so memswap_limit is not enforced

		protections
		on   process ids
		     It sees its own processes alone.
		     stops  Killing a process of the host.

		sources of the values
		  mem_limit    demo.yaml:4:12, MEM from the environment
		  stop_signal  default
		"
	`);
});

test('explain joins checks of mounts that are alike, and only counts all mounts', () => {
	const mount = (target: string, options: readonly string[]) => ({kind: 'mount', target, type: '', options}) as const;
	expect(
		shortCheckWords([
			mount('/dev/null', ['nosuid']),
			mount('/proc/bus', ['ro']),
			mount('/dev/zero', ['nosuid']),
			{kind: 'onlyMounts', targets: ['/', '/dev/null', '/dev/zero', '/proc/bus']},
		]),
	).toEqual([
		'/proc/PID/mountinfo has 3 mounts:\na mount (nosuid) on /dev/null /dev/zero\na mount (ro) on /proc/bus',
		'/proc/PID/mountinfo has only the 4 mounts that this plan makes',
	]);
});

test('explain has colors for labels, commands and protections', () => {
	const text = planExplain(samplePlan, {...look, theme: theme(true)}, []);
	for (const [part, code] of [
		['why    ', 1],
		['check  ', 32],
		['undo   ', 36],
		['on   ', 32],
	] as const)
		expect(text).toContain(`\u001b[${code}m${part}`);
});

test('JSON carries every step with its command, and reads back as the same plan', () => {
	const text = planJson(samplePlan, sampleCommand);
	const read = JSON.parse(text) as {steps: {command: string}[]};
	expect(read).toMatchObject(JSON.parse(JSON.stringify(publishedPlan(samplePlan))) as object);
	expect(read.steps.map(step => step.command)).toEqual(samplePlan.steps.map(sampleCommand));
	expect(planJson(structuredClone(samplePlan), sampleCommand)).toBe(text);
});
