import {all, escaped, hasMount, hasNoMount, ownNamespace, rootIsOwn, triedAgain} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';
import {labFolder as lab} from '../room/room-script.ts';

const wayOut = 'nsenter --mount=/proc/self/ns/mnt sh';

/** The old root goes away. */
export const pivotRoot: Lesson = {
	number: 6,
	id: 'pivot-root',
	title: 'pivot_root: the old root goes away',
	about: `chroot(2) only moves a pointer of the process. The old root stays mounted, and root finds ways back to it.
pivot_root(2) exchanges the root mount of a mount namespace: a new one on top, the old one in a folder below.
From there it can be unmounted. Then no path, link, or namespace leads to the old files.
Docker, runc, and tsbox do this. pivot_root wants a mount as the new root, and a mount namespace of its own.`,
	rootless: true,
	tasks: [
		{
			title: 'A mount to pivot to',
			text: 'Start a shell in a mount and a pid namespace of its own, without chroot. Then bind-mount rootfs on itself.',
			goal: all(ownNamespace('mount', 'pid'), hasMount(`${lab}/rootfs`)),
			hints: [
				'unshare with -p -f -m, and sh. Then mount --bind.',
				'A folder becomes a mount by a bind mount on itself.',
				'unshare -p -f -m sh, then: mount --bind rootfs rootfs',
			],
			why: 'pivot_root works on mounts, not folders, so the new root has to be one. The mount namespace keeps this from the room.',
			command: ['unshare -p -f -m sh', 'mount --bind rootfs rootfs'],
		},
		{
			title: 'Pivot',
			text: 'Go into rootfs, make a folder `old` there, and exchange the roots with `pivot_root . old`. Then `cd /`, and look at `ls /old`.',
			goal: all(rootIsOwn, hasMount('/old')),
			hints: [
				'cd rootfs first.',
				'pivot_root NEW OLD: both are folders, OLD is inside of NEW.',
				'cd rootfs; mkdir old; pivot_root . old; cd /',
			],
			why: {step: 'root.pivot'},
			command: ['cd rootfs', 'mkdir -p old', 'pivot_root . old', 'cd /', 'ls /old'],
		},
		{
			title: 'Take the old root away',
			text: 'Mount /proc, unmount /old with -l (it is busy), and remove the empty folder. `cat /proc/self/mountinfo` lists all that is left.',
			goal: all(rootIsOwn, hasMount('/proc', 'proc'), hasNoMount('/old')),
			hints: [
				'As in lesson 1: mount -t proc.',
				'umount -l takes a mount away as soon as nobody uses it.',
				'mount -t proc proc /proc; umount -l /old; rmdir /old',
			],
			why: {step: 'root.release'},
			command: ['mount -t proc proc /proc', 'umount -l /old', 'rmdir /old', 'cat /proc/self/mountinfo'],
		},
	],
	breakIt: {
		text: `Compare with chroot. Leave, start the container of lesson 2, and join the mount namespace that you are in: \`${wayOut}\`. setns(2) puts the root directory on the root mount of the namespace, which is outside.`,
		attack: ['exit', 'unshare -p -f --mount-proc=rootfs/proc chroot rootfs sh', wayOut, 'ls /'],
		works: all(escaped, ownNamespace('pid')),
		stopText:
			'Leave both shells, pivot again, and try the same. The root mount of the namespace is now rootfs, so you stay.',
		stop: [
			'exit',
			'exit',
			'unshare -p -f -m sh',
			'mount --bind rootfs rootfs',
			'cd rootfs',
			'mkdir -p old',
			'pivot_root . old',
			'cd /',
			'mount -t proc proc /proc',
			'umount -l /old',
			wayOut,
		],
		stopped: all(rootIsOwn, ownNamespace('mount', 'pid'), hasNoMount('/old'), triedAgain(wayOut)),
	},
	question: {
		ask: 'How many mounts does this shell see? `wc -l < /proc/self/mountinfo` counts them.',
		answer: ({shell}) => (shell === undefined ? [] : [`${shell.mounts.length}`]),
		command: ['answer $(wc -l < /proc/self/mountinfo)'],
		explain:
			'These are all mounts of the namespace. After a chroot the list looks as short, but only hides the others.',
	},
};
