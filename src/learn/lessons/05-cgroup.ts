import {fileHas, folderIs, isGone, oomKills, roomText} from '../model/file-goals.ts';
import {all, hasMount, inCgroup, ownNamespace, printed} from '../model/goals.ts';
import type {Lesson, Place, Task} from '../model/lesson.ts';

const limit = '104857600';
const fill = 'head -c 200m /dev/zero | tail > /dev/null';

/** A cgroup named demo. */
export function cgroup(place: Place): Lesson {
	return place.cgroup === 'none' ? reading : making(place, place.cgroup);
}

const about = {
	number: 5,
	id: 'cgroup',
	title: 'cgroup: a memory limit',
	rootless: false,
} as const;

function making({swap}: Place, version: 'v1' | 'v2'): Lesson {
	const v1 = version === 'v1';
	const top = v1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
	const demo = `${top}/demo`;
	const max = v1 ? 'memory.limit_in_bytes' : 'memory.max';
	const [swapFile, swapValue] = v1 ? ['memory.memsw.limit_in_bytes', limit] : ['memory.swap.max', '0'];
	const events = v1 ? 'memory.oom_control' : 'memory.events';
	const join = v1 ? 'tasks' : 'cgroup.procs';
	const outside = v1 ? `${top}/${join}` : `${top}/room/${join}`;
	const noSwap: Task = {
		title: 'No swap',
		text: v1
			? `Memory that does not fit goes to swap. Limit memory and swap together to the same ${limit} bytes: ${swapFile}.`
			: `Memory that does not fit goes to swap. Allow none: write 0 to ${swapFile}.`,
		goal: fileHas(`${demo}/${swapFile}`, swapValue),
		hints: ['Another file of the same folder.', `echo NUMBER > ${demo}/…`, `echo ${swapValue} > ${demo}/${swapFile}`],
		why: 'A process at its limit would push memory out to the disk, and slow down everybody who uses it.',
		command: [`echo ${swapValue} > ${demo}/${swapFile}`],
	};
	return {
		...about,
		about: `A control group (cgroup) is a group of processes whose use the kernel counts and limits.
It is a folder below /sys/fs/cgroup. One makes it with mkdir, and sets limits by writing numbers into its files.
${v1 ? 'This machine has version 1: each controller, such as memory, has its own tree of folders.' : 'This machine has version 2: one tree for all controllers, such as memory. Processes are only in its leaves:\ntsbox moved those of the room to /sys/fs/cgroup/room.'}
What you see as ${top} is the room's own cgroup, not the machine's.`,
		tasks: [
			{
				title: 'Make the cgroup demo',
				text: `Make a folder \`demo\` in ${top}. \`ls\` shows that the kernel filled it with files.`,
				goal: folderIs(demo),
				hints: ['A cgroup is a folder.', 'mkdir(1)', `mkdir ${demo}`],
				why: {step: 'cgroup.make'},
				command: [`mkdir ${demo}`, `ls ${demo}`],
			},
			{
				title: 'Limit its memory',
				text: `Allow 100 MiB: write ${limit} to ${max} of demo.`,
				goal: fileHas(`${demo}/${max}`, limit),
				hints: ['Each limit is a file.', `echo NUMBER > ${demo}/…`, `echo ${limit} > ${demo}/${max}`],
				why: 'The kernel counts each page for the cgroup of the process that touches it first, and stops at the number in this file. It rounds down to whole pages.',
				command: [`echo ${limit} > ${demo}/${max}`],
			},
			...(swap ? [noSwap] : []),
			{
				title: 'Go in',
				text: `Start another shell with \`sh\`, and write its number, which is \`$$\`, to ${join} of demo. /proc/self/cgroup then names it.`,
				goal: inCgroup('demo'),
				hints: [
					'A process is in the cgroup whose file has its number.',
					`echo $$ > ${demo}/…`,
					`echo $$ > ${demo}/${join}`,
				],
				why: 'Writing a number moves that process. Its later children start in its cgroup. In version 1 `tasks` takes threads, and `cgroup.procs` whole processes.',
				command: ['sh', `echo $$ > ${demo}/${join}`, 'cat /proc/self/cgroup'],
			},
			{
				title: 'Use too much',
				text: `Let a program take 200 MiB: \`${fill}\`. tail keeps a line until its end, and this line has none.`,
				goal: oomKills(`${demo}/${events}`),
				hints: ['Copy the line from the task.', 'It ends with "Killed".', fill],
				why: 'At the limit the kernel first drops caches, then swaps. When nothing helps, its OOM killer ends a process of the cgroup. The rest of the machine notices nothing.',
				command: [fill],
			},
		],
		breakIt: {
			text: `Walk out. This shell can still write cgroup files: move it to ${outside}, fill memory again, and print \`survived\`.`,
			attack: [`echo $$ > ${outside}`, `${fill} && echo survived`],
			works: printed(/^survived$/m, `leave the cgroup, and run: ${fill} && echo survived`),
			stopText: `A limit holds only those who cannot write it. Leave the shell. In a mount namespace of its own, go in again, make ${top} read-only as docker does, and try to walk out.`,
			stop: [
				'exit',
				'unshare -m sh',
				`echo $$ > ${demo}/${join}`,
				`mount -o remount,bind,ro ${top}`,
				`echo $$ > ${outside}`,
			],
			stopped: all(
				ownNamespace('mount'),
				inCgroup('demo'),
				hasMount(top, '', ['ro']),
				printed(/read-only file system/i, `try again to leave: echo $$ > ${outside}`),
			),
		},
		question: {
			ask: `How many processes of demo has the OOM killer ended? See oom_kill in ${demo}/${events}.`,
			answer: seen => /^oom_kill (\d+)$/m.exec(roomText(seen, `${demo}/${events}`) ?? '')?.slice(1) ?? [],
			command: [`answer $(sed -n 's/^oom_kill //p' ${demo}/${events})`],
			explain: 'The kernel counts what it did. From this file tsbox tells that a container ran out of memory.',
		},
		cleanUp: [
			{
				title: 'Take it back',
				text: 'Leave the shell, and remove the folder. The kernel removes a cgroup only when no process is in it.',
				goal: isGone(demo),
				hints: ['exit, then remove a folder.', 'rmdir, not rm: the files belong to the kernel.', `rmdir ${demo}`],
				why: 'The files are views of the cgroup, and go with it: rmdir(2) removes the folder although it is not empty.',
				command: ['exit', `rmdir ${demo}`],
			},
		],
	};
}

/** For an ordinary user, who owns no cgroup: what can be read, and the limits that everybody may set. */
const reading: Lesson = {
	...about,
	about: `A control group (cgroup) is a group of processes whose use the kernel counts and limits.
It is a folder below /sys/fs/cgroup. One makes it with mkdir, and sets limits by writing numbers into its files.
This room has no cgroup to write in: the machine gives you none. With root, \`sudo tsbox learn 5\` does all of it.
Here you see where you are, and use the older limits, which each process carries itself.`,
	tasks: [
		{
			title: 'Find your cgroup',
			text: 'Every process is in one: /proc/self/cgroup names it. The path begins at the cgroup namespace of the room.',
			goal: printed(/^\d+:[^:]*:\//m, 'print /proc/self/cgroup'),
			hints: ['It is a file in /proc.', 'cat', 'cat /proc/self/cgroup'],
			why: 'Each line is a hierarchy: number, controllers, path. Version 2 has one, with the number 0 and no controllers in the line.',
			command: ['cat /proc/self/cgroup'],
		},
		{
			title: 'A limit for a process',
			text: `In a shell of its own, allow 100 MiB of address space: \`ulimit -v 102400\` counts KiB. Then let a program take more: \`${fill}\`.`,
			goal: printed(/exhausted|cannot allocate|out of memory|killed/i, `run it under the limit: ${fill}`),
			hints: [
				'sh starts a shell, and exit leaves it.',
				'ulimit is a command of the shell itself.',
				`ulimit -v 102400; ${fill}`,
			],
			why: 'setrlimit(2) limits each process by itself: ten processes may take ten times as much. A cgroup limits them together, and counts memory in use instead of addresses.',
			command: ['sh', 'ulimit -v 102400', fill, 'exit'],
		},
	],
	question: {
		ask: 'How many hierarchies does /proc/self/cgroup list?',
		answer: ({shell, host}) => {
			const lines = shell === undefined ? '' : (host.readText(`/proc/${shell.pid}/cgroup`) ?? '').trim();
			return lines === '' ? [] : [`${lines.split('\n').length}`];
		},
		command: ['answer $(wc -l < /proc/self/cgroup)'],
		explain: 'One line means version 2 alone. More lines are the trees of version 1.',
	},
};
