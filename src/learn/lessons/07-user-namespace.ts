import {fileHas} from '../model/file-goals.ts';
import {
	all,
	mapped,
	ownNamespace,
	printed,
	refusedAfter,
	roomsId,
	roomsNamespace,
	rootIsOwn,
	runsAs,
} from '../model/goals.ts';
import type {Lesson, Place, Task} from '../model/lesson.ts';

const asUser = 'setpriv --reuid 1000 --regid 1000 --clear-groups ';
const motd = 'rootfs/etc/motd';

/** Root inside, somebody else outside. */
export function userNamespace({users}: Place): Lesson {
	const another: Task = {
		title: 'Root that is somebody else',
		text: 'Leave, become user 1000 of the room with setpriv, and do the same. `id -u` says 0, while uid_map says 1000.',
		goal: all(mapped, runsAs(1000)),
		hints: [
			'-r maps the user that starts unshare.',
			'setpriv --reuid NUMBER --regid NUMBER --clear-groups PROGRAM runs a program as another user.',
			`${asUser}unshare -Ur sh`,
		],
		why: 'Inside, the shell is root with all capabilities. Outside, it is user 1000: files, signals, and the limits of processes see that user.',
		command: ['exit', `${asUser}unshare -Ur sh`, 'id -u', 'cat /proc/self/uid_map'],
	};
	return {
		number: 7,
		id: 'user-namespace',
		title: 'User namespaces: root that is nobody',
		about: `A user namespace has its own user numbers. /proc/PID/uid_map says which of them are which outside.
A process has all capabilities in a user namespace that it made, but only over what belongs to it.
So anybody can be root inside, and make mounts, host names, and networks there: this is what rootless means.
The room is in one as well: its root is an ordinary user of the machine.`,
		rootless: true,
		tasks: [
			{
				title: 'Nobody',
				text: 'Start a shell in a new user namespace with `unshare -U sh`, and ask `id`. Nobody is mapped yet, so every number shows as 65534.',
				goal: all(ownNamespace('user'), printed(/65534/, 'run `id`')),
				hints: ['unshare(1) has a flag for user namespaces.', 'The capital letter.', 'unshare -U sh'],
				why: 'A number without a map shows as the overflow user of /proc/sys/kernel/overflowuid. The kernel still knows who you are outside.',
				command: ['unshare -U sh', 'id'],
			},
			{
				title: 'Root',
				text: 'Leave, and start again with -r as well, which maps root to you. Look at `id -u` and /proc/self/uid_map: number inside, number outside, how many.',
				goal: mapped,
				hints: ['One more letter.', '-r is short for --map-root-user.', 'unshare -Ur sh'],
				why: {step: 'namespaces.user'},
				command: ['exit', 'unshare -Ur sh', 'id -u', 'cat /proc/self/uid_map'],
			},
			...(users ? [another] : []),
		],
		...(users
			? {
					breakIt: {
						text: 'Without a user namespace, root in a container is root: it writes files that belong to root. Leave, put `room` into rootfs/etc/motd, and overwrite it with `owned` from a chroot.',
						attack: ['exit', 'echo room > rootfs/etc/motd', 'chroot rootfs sh', 'echo owned > /etc/motd'],
						works: all(rootIsOwn, roomsNamespace('user'), fileHas(motd, 'owned')),
						stopText:
							'Leave. Start the container as user 1000 in a user namespace, and try to write `again`. You are root there, but the file belongs to another root: "Permission denied".',
						stop: [
							'exit',
							`${asUser}unshare -Ur -p -f --mount-proc=rootfs/proc chroot rootfs sh`,
							'id -u',
							'echo again > /etc/motd',
						],
						stopped: all(
							rootIsOwn,
							mapped,
							runsAs(1000),
							fileHas(motd, 'owned'),
							refusedAfter('try to write: echo again > /etc/motd'),
						),
					},
				}
			: {}),
		question: {
			ask: 'Which user of the room is root of this shell? It is the second number of /proc/self/uid_map.',
			answer: seen => {
				const outside = seen.shell?.ids.uidMap.split(' ')[1];
				const inRoom = outside === undefined ? undefined : roomsId(seen, Number(outside));
				return [inRoom, outside].flatMap(each => (each === undefined ? [] : [`${each}`]));
			},
			command: ['read inside outside count < /proc/self/uid_map', 'answer $outside'],
			explain:
				'The numbers outside are those of the reader. Seen from the machine, the room itself is mapped once more.',
		},
	};
}
