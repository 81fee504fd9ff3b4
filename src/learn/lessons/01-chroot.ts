import {all, escaped, hasMount, ownNamespace, rootIsOwn, triedAgain} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';

/** Another root, and nothing else. */
export const chroot: Lesson = {
	number: 1,
	id: 'chroot',
	title: 'chroot: another root',
	about: `Every process has a root directory: the folder where its paths that begin with / start.
chroot(2) changes it. From then on the process takes one folder for the whole file system.
That folder must hold all that the process runs: a shell, its libraries, its tools.
\`rootfs\` is such a folder, as \`docker export\` gives one. tsbox made it from programs of this machine.
Everything else stays shared: processes, network, host name, users.`,
	rootless: true,
	tasks: [
		{
			title: 'Change the root',
			text: 'Look into `rootfs`. Start a shell that has it as its root directory, and look at `ls /` there.',
			goal: rootIsOwn,
			hints: [
				'The tool has the name of the system call that changes the root.',
				'chroot(1) takes a folder, and then the program to run in it.',
				'chroot rootfs sh',
			],
			why: {step: 'root.chroot'},
			command: ['chroot rootfs sh', 'ls /'],
		},
		{
			title: 'Mount /proc',
			text: '`ps` lists nothing: it reads /proc, which is an empty folder here. Mount a proc file system there, and run `ps` again.',
			goal: all(rootIsOwn, hasMount('/proc', 'proc')),
			hints: [
				'ps(1) reads /proc/PID. What does `ls /proc` show?',
				'mount(8) takes a type with -t, a source, and a folder. The source of proc is just a word.',
				'mount -t proc proc /proc',
			],
			why: 'A proc file system shows the process numbers of whoever mounts it. chroot changed where paths begin and nothing else, so this shell still sees every process of the room, and `kill` reaches them.',
			command: ['mount -t proc proc /proc', 'ps'],
		},
	],
	breakIt: {
		text: 'Walk out. /proc/1/root leads to the root directory of process 1, which is outside, and root may use it for a chroot.',
		attack: ['chroot /proc/1/root sh', 'ls /'],
		works: escaped,
		stopText:
			'chroot is no boundary for root. This door closes when no process outside is in sight: leave both shells, start again with process numbers of its own (lesson 2), and repeat the attack. Now process 1 is the shell itself, and you stay in `rootfs`. Another door is still open; lesson 6 closes it.',
		stop: [
			'exit',
			'exit',
			'umount rootfs/proc',
			'unshare -p -f --mount-proc=rootfs/proc chroot rootfs sh',
			'chroot /proc/1/root sh',
		],
		stopped: all(rootIsOwn, ownNamespace('pid'), triedAgain('chroot /proc/1/root sh')),
	},
	question: {
		ask: 'The root of this shell is a folder like any other. Which inode number does it have? `ls -id /` prints it; for the room the same folder is `rootfs`.',
		answer: ({shell}) => (shell === undefined ? [] : [`${shell.root.inode}`, `${shell.root.inode} /`]),
		command: ['answer $(ls -id /)'],
		explain:
			'A root directory is one pointer in the process, to a folder. `ls -id rootfs` in the room prints the same number.',
	},
};
