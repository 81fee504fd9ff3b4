import {fileHas, fileIs, isGone, isWhiteout, whiteoutOf} from '../model/file-goals.ts';
import {all, hasMount, rootIsOwn} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';
import {labFolder as lab} from '../room/room-script.ts';

const mount = 'mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper,workdir=work merged';

/** A writable layer on an image. */
export const overlay: Lesson = {
	number: 10,
	id: 'overlay',
	title: 'overlay: a writable layer on an image',
	about: `An overlay shows two folders as one: a lower one that is never written, and an upper one that takes all changes.
Reading falls through to the lower folder. The first write to a file copies it up.
So many containers share one image, and each has its own changes: its writable layer.
The work folder is the kernel's, for changes that must happen at once. It is on the file system of the upper one.`,
	rootless: true,
	tasks: [
		{
			title: 'Lay one over rootfs',
			text: 'Make three folders: upper, work, merged. Mount an overlay on merged, with the options lowerdir=rootfs, upperdir=upper, workdir=work.',
			goal: hasMount(`${lab}/merged`, 'overlay'),
			hints: [
				'mkdir, then mount(8) with the type overlay.',
				'The options go after -o, with commas and without blanks. The source is just a word.',
				`mkdir upper work merged; ${mount}`,
			],
			why: {step: 'mounts.overlay'},
			command: ['mkdir upper work merged', mount],
		},
		{
			title: 'Change something',
			text: 'Start a shell in merged with chroot. Write `hello` into /new, and delete /etc/passwd. rootfs keeps its file.',
			goal: all(
				rootIsOwn,
				fileHas(`${lab}/upper/new`, 'hello'),
				isWhiteout('upper/etc/passwd'),
				fileIs('rootfs/etc/passwd'),
			),
			hints: [
				'chroot, as in lesson 1, but to merged.',
				'echo with `>`, and rm.',
				'chroot merged sh; echo hello > /new; rm /etc/passwd',
			],
			why: 'A new file is in the upper folder. A deleted one leaves a whiteout there, a device with the numbers 0 and 0, which hides the file below.',
			command: ['chroot merged sh', 'echo hello > /new', 'rm /etc/passwd', 'ls /etc'],
		},
	],
	breakIt: {
		text: 'Without an overlay, a container damages the image for all others. Leave, unmount merged, and delete /etc/group from a chroot in rootfs.',
		attack: ['exit', 'umount merged', 'chroot rootfs sh', 'rm /etc/group'],
		works: all(rootIsOwn, isGone('rootfs/etc/group')),
		stopText: 'Leave, mount the overlay again, and delete /bin/ls in merged. rootfs keeps it.',
		stop: ['exit', mount, 'chroot merged sh', 'rm /bin/ls'],
		stopped: all(rootIsOwn, isWhiteout('upper/bin/ls'), fileIs('rootfs/bin/ls')),
	},
	question: {
		ask: 'Leave the container. `ls -l upper/bin` shows what hides the deleted file: a device. Which two numbers does it have?',
		answer: seen => {
			const device = whiteoutOf(seen, 'upper/bin/ls');
			return device === undefined ? [] : [', ', ',', ' ', ':'].map(between => device.join(between));
		},
		command: ['exit', 'answer $(stat -c %t,%T upper/bin/ls)'],
		explain:
			'A character device 0:0 is no device at all. An overlay takes it as "there is nothing here". Remove it, and the file is back.',
	},
};
