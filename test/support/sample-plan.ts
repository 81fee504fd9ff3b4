import type {Plan, Step} from '../../src/step/verbs/step.ts';

/** A small plan with steps on the host and in the container, with and without an undo. */
export const samplePlan: Plan = {
	schema: 1,
	name: 'demo',
	spec: 'demo.yaml',
	namespaces: ['mount', 'pid'],
	executor: 'commands',
	steps: [
		{
			id: 'cgroup.memory',
			phase: 'cgroup',
			side: 'before',
			title: 'limit memory to 100 MiB',
			why: 'Without a limit one container can take all memory of the machine, and the kernel then kills whatever it likes.',
			man: 'cgroups(7)',
			object: 'cgroup /sys/fs/cgroup/tsbox/demo',
			action: {kind: 'write', path: '/sys/fs/cgroup/tsbox/demo/memory.max', value: '104857600'},
			undo: {kind: 'none', reason: 'goes with the cgroup'},
			checks: [{kind: 'value', path: '/sys/fs/cgroup/tsbox/demo/memory.max', equals: '104857600'}],
		},
		{
			id: 'namespaces.start',
			phase: 'namespaces',
			side: 'before',
			title: 'start the first process in new namespaces',
			why: 'A namespace is a view: of mounts, of processes, of names.',
			man: 'unshare(1)',
			object: 'namespaces mount, pid',
			action: {
				kind: 'start',
				users: [],
				cgroups: ['/sys/fs/cgroup/tsbox/demo'],
				unshare: ['--mount', '--pid'],
				tty: false,
			},
			undo: {kind: 'stop', kill: {kind: 'cgroup.kill', path: '/sys/fs/cgroup/tsbox/demo/cgroup.kill'}},
			checks: [{kind: 'namespaces', kinds: ['mount', 'pid']}],
		},
		{
			id: 'mounts.table',
			phase: 'mounts',
			side: 'inside',
			title: "mount the container's file tree",
			why: 'Programs expect /proc and /dev.',
			man: 'mount(8)',
			object: '2 mounts',
			action: {kind: 'mountTable', name: 'after', place: 'toolbox', rows: []},
			undo: {kind: 'none', reason: 'dies with the mount namespace'},
			checks: [
				{kind: 'mount', target: '/proc', type: 'proc', options: ['nosuid', 'nodev']},
				{kind: 'mount', target: '/dev', type: 'tmpfs', options: []},
			],
		},
	],
	warnings: ['no swap accounting on this kernel, so memswap_limit is not enforced'],
	protections: [
		{
			name: 'process ids',
			on: true,
			stops: 'It sees its own processes alone.',
			attack: 'Killing a process of the host.',
		},
	],
};

const commands: Readonly<Record<string, string>> = {
	'cgroup.memory': 'echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max',
	'namespaces.start':
		"unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child --propagation private sh -c 'exec sh /run/tsbox/demo/init.sh'",
	'mounts.table':
		'mount -a -T /dev/stdin <<end\nproc /proc proc nosuid,nodev,noexec 0 0\ntmpfs /dev tmpfs nosuid,mode=755 0 0\nend',
};

/** The commands of {@link samplePlan}. */
export function sampleCommand(step: {readonly id: string}): string {
	return commands[step.id] ?? '';
}

/** The undo commands of {@link samplePlan}. */
export function sampleUndo({undo}: Step): string {
	return undo.kind === 'none' ? `nothing: ${undo.reason}` : 'echo 1 > /sys/fs/cgroup/tsbox/demo/cgroup.kill';
}
