import {fileHas} from '../model/file-goals.ts';
import {
	all,
	filterLoaded,
	hasMount,
	hasNoMount,
	hasOnlyCapabilities,
	inCgroup,
	ownNamespace,
	refused,
	rootIsOwn,
} from '../model/goals.ts';
import type {Lesson, Place, Task} from '../model/lesson.ts';
import {labFolder as lab} from '../room/room-script.ts';
import {filterLines} from './filter-script.ts';

const overlay = 'mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper,workdir=work merged';
const bind = 'mount --bind -o ro readonlyfiles merged/var/readonlyfiles';
const namespaces = 'unshare -p -f -m -u -n -i -C sh';
const filter = 'unshare -p -f -m -u -n -i -C ./filter unshare setns keyctl ptrace reboot -- sh';
const drop = '/usr/bin/setpriv --inh-caps -all --bounding-set -all --no-new-privs sh';
const limit = '104857600';

/** The attacks of the lessons before, each with what stops it. */
const attacks: readonly (readonly [line: string, stoppedBy: string])[] = [
	['chroot /proc/1/root sh', 'the pid namespace (2), and no CAP_SYS_CHROOT (8)'],
	['nsenter --mount=/proc/self/ns/mnt sh', 'pivot_root (6), no CAP_SYS_ADMIN (8), and the filter (9)'],
	['mount -o remount,bind,rw /var/readonlyfiles', 'no CAP_SYS_ADMIN (8)'],
	['hostname pwned', 'the UTS namespace (2), and no CAP_SYS_ADMIN (8)'],
	['unshare -U sh', 'the filter (9)'],
];

/** setpriv(1) of the machine in the root file system: that of busybox cannot drop what a container should not have. */
const setprivLines = [
	'file=$(command -v setpriv)',
	'mkdir -p rootfs/usr/bin',
	'cp -L "$file" rootfs/usr/bin/setpriv',
	'for each in $(ldd "$file" | grep -o "/[^ )]*"); do mkdir -p "rootfs${each%/*}"; cp -L "$each" "rootfs$each"; done',
];

/** A container with all protections, by hand. */
export function allOfIt(place: Place): Lesson {
	return {
		number: 12,
		id: 'all',
		title: 'All of it: a container by hand',
		about: `Nothing in here is new. Each lesson before was one piece; put together they are a container.
The order matters: what needs power comes first, and the power is dropped last.
\`tsbox plan --diff config/examples/learn/11-network.yaml config/examples/learn/12-all.yaml\` names what
the default profile adds beyond this, and which attack each protection stops.`,
		rootless: true,
		prepare: [...setprivLines, ...(place.filter ? filterLines(place.machine) : [])],
		tasks: [
			{
				title: 'Files: an overlay, and a read-only folder',
				text: 'Lay an overlay over rootfs on merged (lesson 10). Bind a folder readonlyfiles, read-only, on merged/var/readonlyfiles (lesson 4).',
				goal: all(hasMount(`${lab}/merged`, 'overlay'), hasMount(`${lab}/merged/var/readonlyfiles`, '', ['ro'])),
				hints: ['mkdir upper work merged readonlyfiles, and two mounts.', `First: ${overlay}`, `${overlay}; ${bind}`],
				why: {step: 'rootfs.layer'},
				command: ['mkdir upper work merged readonlyfiles', overlay, bind],
			},
			...(place.cgroup === 'none' ? [] : [limited(place, place.cgroup)]),
			{
				title: 'Namespaces',
				text: 'Start a shell in namespaces of all kinds that you know, and -C, so that its cgroup is the top of what it sees.',
				goal: ownNamespace('mount', 'pid', 'uts', 'ipc', 'network', 'cgroup'),
				hints: ['unshare, without chroot this time.', '-p -f -m -u -n -i -C', namespaces],
				why: {step: 'namespaces.start'},
				command: [namespaces],
			},
			...(place.filter ? [filtered] : []),
			{
				title: 'Another root',
				text: 'pivot_root into merged (lesson 6), mount /proc, and take the old root away.',
				goal: all(rootIsOwn, hasMount('/proc', 'proc'), hasNoMount('/old')),
				hints: [
					'merged is a mount already.',
					'cd merged; mkdir old; pivot_root . old; cd /; then as in lesson 6',
					'cd merged; mkdir old; pivot_root . old; cd /; mount -t proc proc /proc; umount -l /old; rmdir /old',
				],
				why: {step: 'root.pivot'},
				command: [
					'cd merged',
					'mkdir -p old',
					'pivot_root . old',
					'cd /',
					'mount -t proc proc /proc',
					'umount -l /old',
					'rmdir /old',
				],
			},
			{
				title: 'No capabilities',
				text: 'Drop all of them (lesson 8), with /usr/bin/setpriv and --no-new-privs as well. This is the last step: this shell is the command of the container.',
				goal: all(rootIsOwn, hasOnlyCapabilities()),
				hints: [
					'The setpriv of this machine is in /usr/bin of the container.',
					'/usr/bin/setpriv SETS --no-new-privs sh',
					drop,
				],
				why: {step: 'process.privileges'},
				command: [drop],
			},
			{
				title: 'Attack it',
				text: `Try the attacks of the lessons; none works any more.\n${attacks
					.filter(([line]) => place.filter || !line.startsWith('unshare'))
					.map(([line, by]) => `- \`${line}\`: stopped by ${by}`)
					.join('\n')}`,
				goal: all(rootIsOwn, hasOnlyCapabilities(), refused(place.filter ? attacks.length : attacks.length - 1)),
				hints: [
					'Type them one by one, and read what the kernel says.',
					'Each is refused with "Operation not permitted" or "permission denied".',
					attacks.map(([line]) => line).join('\n'),
				],
				why: 'Most attacks meet two protections. That is on purpose: each one has had holes.',
				command: attacks.filter(([line]) => place.filter || !line.startsWith('unshare')).map(([line]) => line),
			},
		],
		question: {
			ask: 'What does the line NoNewPrivs of /proc/self/status say?',
			answer: ({shell}) => (shell === undefined ? [] : [shell.noNewPrivileges ? '1' : '0']),
			command: ['answer $(grep NoNewPrivs /proc/self/status | cut -f 2)'],
			explain:
				'1: no program that is started here gets more rights than the shell, not even a setuid program of root. prctl(2), PR_SET_NO_NEW_PRIVS.',
		},
	};
}

const filtered: Task = {
	title: 'A filter',
	text: 'Leave, and start again with a filter (lesson 9) between unshare and sh. It refuses unshare, setns, keyctl, ptrace, and reboot.',
	goal: all(ownNamespace('mount', 'pid', 'uts', 'ipc', 'network', 'cgroup'), filterLoaded),
	hints: ['./filter CALLS -- sh stands for sh.', 'unshare FLAGS ./filter CALLS -- sh', filter],
	why: {step: 'process.filter'},
	command: ['exit', filter],
};

/** Limits, as in lesson 5. */
function limited({swap}: Place, version: 'v1' | 'v2'): Task {
	const demo = version === 'v1' ? '/sys/fs/cgroup/memory/demo' : '/sys/fs/cgroup/demo';
	const file = version === 'v1' ? 'memory.limit_in_bytes' : 'memory.max';
	const swapLine =
		version === 'v1' ? `echo ${limit} > ${demo}/memory.memsw.limit_in_bytes` : `echo 0 > ${demo}/memory.swap.max`;
	const join = `echo $$ > ${demo}/cgroup.procs`;
	const lines = [`mkdir ${demo}`, `echo ${limit} > ${demo}/${file}`, ...(swap ? [swapLine] : []), 'sh', join];
	return {
		title: 'A limit',
		text: `Make the cgroup demo with ${limit} bytes of memory and no swap (lesson 5), start a shell, and move it in.`,
		goal: all(fileHas(`${demo}/${file}`, limit), inCgroup('demo')),
		hints: ['Lesson 5 has the lines.', `mkdir ${demo}, two limits, sh, and its number`, lines.join('\n')],
		why: {step: 'cgroup.memory'},
		command: lines,
	};
}
