import {victimIs} from '../model/file-goals.ts';
import {
	all,
	hasInterface,
	hasMount,
	ownNamespace,
	printed,
	roomHasNoMount,
	roomsNamespace,
	rootIsOwn,
} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';

const start = (flags: string): string => `unshare -p -f ${flags}--mount-proc=rootfs/proc chroot rootfs sh`;

/** Namespaces, one flag of unshare(1) at a time. */
export const unshare: Lesson = {
	number: 2,
	id: 'unshare',
	title: 'unshare: namespaces',
	about: `A namespace gives its processes their own instance of something that the kernel otherwise shares.
unshare(1) starts a program in new ones: -p process numbers, -u host name, -n network, -i IPC, -m mounts.
A child process inherits the namespaces of its parent, so everything below the shell is in them as well.
/proc/PID/ns has a link for each kind. Two processes with the same number share that namespace.`,
	rootless: true,
	tasks: [
		{
			title: 'Process numbers of its own',
			text: 'Start the shell of lesson 1 in a pid namespace: -p makes it, -f forks into it, and --mount-proc=rootfs/proc shows it. `ps` then lists two processes, and the shell is number 1.',
			goal: all(rootIsOwn, ownNamespace('pid'), hasMount('/proc', 'proc')),
			hints: [
				'The command of lesson 1 stays. unshare(1) goes before it.',
				'unshare takes its flags, then the program with its arguments: unshare -p -f --mount-proc=FOLDER chroot …',
				start(''),
			],
			why: '-p puts only the children of unshare into the new namespace, hence -f: the child becomes process 1. --mount-proc mounts a /proc that shows the new numbers, in a mount namespace of its own, so that the room keeps its mounts.',
			command: [start(''), 'ps'],
		},
		{
			title: 'A host name of its own',
			text: 'Leave with `exit`, and start again with -u as well. Set the name with `hostname box`, and look with `hostname`. The room keeps its name.',
			goal: all(
				rootIsOwn,
				ownNamespace('uts'),
				printed(/^box$/m, 'set the name with `hostname box`, and run `hostname`'),
			),
			hints: ['The kind is called UTS, after a structure of uname(2).', 'Add -u before --mount-proc.', start('-u ')],
			why: 'sethostname(2) changes the name of the UTS namespace of its caller. Without -u, the name of the whole room would have changed.',
			command: ['exit', start('-u '), 'hostname box', 'hostname'],
		},
		{
			title: 'A network of its own',
			text: 'Leave, and start again with -n as well. `ip link` (or `cat /proc/net/dev`) shows a loopback device only, and it is down.',
			goal: all(rootIsOwn, ownNamespace('uts', 'network'), hasInterface('lo')),
			hints: ['One more letter.', 'Add -n before --mount-proc.', start('-u -n ')],
			why: 'A network namespace has its own devices, addresses, routes, ports, and firewall rules. A new one has nothing but a loopback device. Lesson 11 connects it.',
			command: ['exit', start('-u -n '), 'cat /proc/net/dev'],
		},
		{
			title: 'IPC of its own',
			text: 'Leave, and start again with -i as well. `readlink /proc/self/ns/ipc` prints another number than in the room.',
			goal: all(rootIsOwn, ownNamespace('uts', 'network', 'ipc')),
			hints: ['One more letter.', 'Add -i before --mount-proc.', start('-u -n -i ')],
			why: 'System V semaphores, message queues, and shared memory have no path. Every process that has the permission finds them by a number. An IPC namespace has its own numbers.',
			command: ['exit', start('-u -n -i '), 'ls -l /proc/self/ns'],
		},
		{
			title: 'Mounts of its own',
			text: 'The mount namespace, flag -m, is there since the first task: --mount-proc needs it. Use it: mount a tmpfs on /tmp. The room does not see the mount.',
			goal: all(rootIsOwn, ownNamespace('mount'), hasMount('/tmp', 'tmpfs'), roomHasNoMount('rootfs/tmp')),
			hints: [
				'mount(8), as for /proc in lesson 1.',
				'The type is tmpfs, and the source is just a word.',
				'mount -t tmpfs tmpfs /tmp',
			],
			why: 'A mount namespace starts as a copy of the mount table. What is mounted later is seen in this copy only, and vanishes with its last process.',
			command: ['mount -t tmpfs tmpfs /tmp'],
		},
	],
	breakIt: {
		text: 'Without a pid namespace, root in a container can kill any process of the machine. Leave, start a victim in the room, write its number into `rootfs`, and kill it from a plain chroot.',
		attack: ['exit', 'sleep 1000 & echo $! > rootfs/victim', 'chroot rootfs sh', 'kill $(cat /victim)'],
		works: all(rootIsOwn, roomsNamespace('pid'), victimIs('dead')),
		stopText: 'Do the same from a pid namespace. The number means nothing in there: "No such process".',
		stop: ['exit', 'sleep 1000 & echo $! > rootfs/victim', start(''), 'kill $(cat /victim)'],
		stopped: all(
			rootIsOwn,
			ownNamespace('pid'),
			victimIs('alive'),
			printed(/no such process/i, 'try to kill it: kill $(cat /victim)'),
		),
	},
	question: {
		ask: 'Which number has the pid namespace of this shell? `readlink /proc/self/ns/pid` prints it.',
		answer: ({shell}) => {
			const number = shell?.namespaces.pid;
			return number === undefined ? [] : [number, `pid:[${number}]`];
		},
		command: ['answer $(readlink /proc/self/ns/pid)'],
		explain:
			'It is the inode number of the namespace. A namespace has no name: this number, and the processes in it, are all there is.',
	},
};
