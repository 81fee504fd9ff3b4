import {fileHas, fileHasNot} from '../model/file-goals.ts';
import {all, hasMount, lacksCapability, printed, refusedAfter, rootIsOwn} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';
import {labFolder as lab} from '../room/room-script.ts';

const start = (before = ''): string => `unshare -p -f --mount-proc=rootfs/proc ${before}chroot rootfs sh`;
const remount = 'mount -o remount,bind,rw /var/readonlyfiles';
const file = `${lab}/readonlyfiles/hi.txt`;

/** A folder from outside, read-only. */
export const bindMount: Lesson = {
	number: 4,
	id: 'bind-mount',
	title: 'mount --bind: a folder from outside, read-only',
	about: `A bind mount shows a folder at a second place. Nothing is copied: both are the same files.
That is what a volume of docker or Compose is: a folder of the machine, seen in the container.
Each mount has its own options. A read-only bind mount of a folder leaves the folder itself writable.
Made before the container's mount namespace, the mount is copied into it.`,
	rootless: true,
	tasks: [
		{
			title: 'Something to share',
			text: 'Make a folder `readonlyfiles` with a file `hi.txt` that says `hello`.',
			goal: fileHas(file, 'hello'),
			hints: [
				'mkdir, then echo.',
				'`>` writes the output of echo into a file.',
				'mkdir readonlyfiles; echo hello > readonlyfiles/hi.txt',
			],
			why: 'The container will see this folder, and must not change it.',
			command: ['mkdir readonlyfiles', 'echo hello > readonlyfiles/hi.txt'],
		},
		{
			title: 'Bind it',
			text: 'Mount it on rootfs/var/readonlyfiles, as a bind mount with the option ro.',
			goal: hasMount(`${lab}/rootfs/var/readonlyfiles`, '', ['ro']),
			hints: [
				'mount(8) has a flag for bind mounts.',
				'mount --bind -o OPTIONS FOLDER PLACE',
				'mount --bind -o ro readonlyfiles rootfs/var/readonlyfiles',
			],
			why: {step: 'mounts.bind.var.readonlyfiles'},
			command: ['mount --bind -o ro readonlyfiles rootfs/var/readonlyfiles'],
		},
		{
			title: 'See it in a container',
			text: `Start a container as in lesson 2. Read /var/readonlyfiles/hi.txt there, and try to write it. Outside, the file stays writable.`,
			goal: all(
				rootIsOwn,
				hasMount('/var/readonlyfiles', '', ['ro']),
				printed(/read-only file system/i, 'try to write: echo no > /var/readonlyfiles/hi.txt'),
			),
			hints: ['The command of lesson 2, with -p is enough.', 'Then cat, and echo with `>`.', start()],
			why: 'The kernel asks the mount before it asks the file: a read-only mount refuses root as well, with EROFS.',
			command: [start(), 'cat /var/readonlyfiles/hi.txt', 'echo no > /var/readonlyfiles/hi.txt'],
		},
	],
	breakIt: {
		text: 'Write through the mount. An option of a mount is no law: root may change it, with a remount. Make the mount writable, and put `owned` into the file.',
		attack: [remount, 'echo owned > /var/readonlyfiles/hi.txt'],
		works: fileHas(file, 'owned'),
		stopText:
			'mount(2) asks for CAP_SYS_ADMIN. Leave, start the container without that capability (lesson 8), and repeat the attack. The mount of the room is still read-only: the remount changed the copy in the container.',
		stop: [
			'exit',
			start('setpriv --bounding-set -sys_admin --inh-caps -sys_admin '),
			remount,
			'echo again > /var/readonlyfiles/hi.txt',
		],
		stopped: all(
			rootIsOwn,
			lacksCapability('CAP_SYS_ADMIN'),
			hasMount('/var/readonlyfiles', '', ['ro']),
			refusedAfter(`try again: ${remount}`),
			printed(/read-only file system/i, 'try again to write the file'),
			fileHasNot(file, 'again'),
		),
	},
	question: {
		ask: 'Which type of file system does /proc/mounts show for /var/readonlyfiles? It is in the third column.',
		answer: ({shell}) =>
			shell?.mounts.filter(({target}) => target === '/var/readonlyfiles').map(({type}) => type) ?? [],
		command: ['answer $(grep readonlyfiles /proc/mounts | cut -d " " -f 3)'],
		explain: 'A bind mount has no file system of its own: it is the one in which the folder lies.',
	},
};
