import {
	all,
	hasCapability,
	hasOnlyCapabilities,
	lacksCapability,
	printed,
	refusedAfter,
	roomsNamespace,
	rootIsOwn,
	statusOf,
} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';

const drop = (keep = ''): string => `setpriv --inh-caps -all --bounding-set -all${keep} `;

/** Root in pieces. */
export const capabilities: Lesson = {
	number: 8,
	id: 'capabilities',
	title: 'Capabilities: root in pieces',
	about: `The power of root is about 40 capabilities: CAP_CHOWN gives files away, CAP_SYS_ADMIN mounts, CAP_KILL signals.
Each process has sets of them. The kernel asks the effective set; no program gets what is not in the bounding set.
When root starts a program, it gets the bounding set. So what you take out there is gone, also for root.
Docker keeps 14 of them; tsbox does, too.`,
	rootless: true,
	tasks: [
		{
			title: 'Look',
			text: 'Print the lines of /proc/self/status that begin with Cap. Each digit is four capabilities.',
			goal: printed(/CapEff:/, 'print the Cap lines of /proc/self/status'),
			hints: ['grep(1)', 'grep WORD FILE', 'grep Cap /proc/self/status'],
			why: 'CapInh, CapPrm, CapEff, CapBnd, CapAmb: inheritable, permitted, effective, bounding, ambient. Bit numbers are in linux/capability.h.',
			command: ['grep Cap /proc/self/status'],
		},
		{
			title: 'Root without power',
			text: 'Start a shell whose bounding and inheritable sets are empty, with setpriv. `id -u` says 0. Try `hostname x`, and `chown 1 rootfs`.',
			goal: hasOnlyCapabilities(),
			hints: [
				'setpriv --help lists the sets.',
				'`-all` takes all out of a set: --bounding-set, and --inh-caps as well.',
				`${drop()}sh`,
			],
			why: {step: 'process.privileges'},
			command: [`${drop()}sh`, 'id -u', 'grep Cap /proc/self/status', 'hostname x'],
		},
		{
			title: 'Keep one',
			text: 'Leave, and start a shell with CAP_CHOWN alone.',
			goal: hasOnlyCapabilities('CAP_CHOWN'),
			hints: [
				'Take all, and put one back.',
				'A set is a list: -all,+NAME. Names have no CAP_.',
				`${drop(',+chown')}sh`,
			],
			why: 'A container should have only what its program needs. A web server on port 80 needs CAP_NET_BIND_SERVICE, and nothing else.',
			command: ['exit', `${drop(',+chown')}sh`, 'grep Cap /proc/self/status'],
		},
	],
	breakIt: {
		text: 'A chroot with all capabilities reaches the whole room: leave, and rename its host from within rootfs, to `pwned`.',
		attack: ['exit', 'chroot rootfs sh', 'hostname pwned', 'hostname'],
		works: all(
			rootIsOwn,
			hasCapability('CAP_SYS_ADMIN'),
			roomsNamespace('uts'),
			printed(/^pwned$/m, 'set the name `pwned`, and print it'),
		),
		stopText:
			'Leave. Start a container that has nothing but CAP_SYS_CHROOT, which chroot(1) itself needs, with a /proc of its own, and try again: "Operation not permitted".',
		stop: ['exit', `unshare -p -f --mount-proc=rootfs/proc ${drop(',+sys_chroot')}chroot rootfs sh`, 'hostname again'],
		stopped: all(
			rootIsOwn,
			lacksCapability('CAP_SYS_ADMIN'),
			roomsNamespace('uts'),
			refusedAfter('try again: hostname again'),
		),
	},
	question: {
		ask: 'What does CapEff of this shell say? `grep CapEff /proc/self/status` prints it.',
		answer: seen => {
			const value = statusOf(seen, 'CapEff');
			if (value === undefined) return [];
			const short = value.replace(/^0+(?=.)/, '');
			return [value, short, `0x${short}`];
		},
		command: ['answer $(grep CapEff /proc/self/status | cut -f 2)'],
		explain:
			'The digits are one number in hexadecimal, with a bit for each capability. Bit 18, 0x40000, is CAP_SYS_CHROOT.',
	},
};
