import {
	all,
	filterLoaded,
	hasCapability,
	ownNamespace,
	printed,
	refusedAfter,
	roomsNamespace,
	statusOf,
} from '../model/goals.ts';
import type {Lesson, Place} from '../model/lesson.ts';
import {filterLines} from './filter-script.ts';

const facts = {number: 9, id: 'seccomp', title: 'seccomp: fewer system calls', rootless: true} as const;
const about = `Each system call is a door into the kernel, and there are almost 400. A program needs a fraction of them.
A seccomp filter is a small program that the kernel runs before each call: allow, fail, or kill.
It sees the number of the call and its arguments, but no memory: no paths, no text.
It stays for the process and all its children, and none can take it off.`;

/** Fewer system calls. */
export function seccomp(place: Place): Lesson {
	return place.filter ? filtering(place) : reading;
}

/** Where no filter can be made by hand. */
const reading: Lesson = {
	...facts,
	about: `${about}
This machine has no perl to load one by hand, or an unknown processor: here you see what the kernel shows.`,
	tasks: [
		{
			title: 'See it',
			text: 'Print the lines of /proc/self/status with Seccomp. 0 means none, 2 a filter.',
			goal: printed(/Seccomp:\s+\d/, 'print the Seccomp lines of /proc/self/status'),
			hints: ['grep(1), as in lesson 8.', 'grep WORD FILE', 'grep Seccomp /proc/self/status'],
			why: {step: 'process.filter'},
			command: ['grep Seccomp /proc/self/status'],
		},
	],
	question: {
		ask: 'Which number does the line Seccomp have?',
		answer: seen => {
			const mode = statusOf(seen, 'Seccomp');
			return mode === undefined ? [] : [mode];
		},
		command: ['answer $(grep Seccomp: /proc/self/status | cut -f 2)'],
		explain: 'The room runs without a filter, so that you may try everything in it. `tsbox run` loads one.',
	},
};

function filtering({users, machine}: Place): Lesson {
	// Whoever maps root needs CAP_SETFCAP; user_namespaces(7). Another user maps himself.
	const weak = users
		? 'setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps -all --bounding-set -all '
		: 'setpriv --inh-caps -all --bounding-set -all,+setfcap ';
	return {
		...facts,
		about: `${about}
\`filter\` in this folder makes one, from a dozen instructions: read it.`,
		prepare: filterLines(machine),
		tasks: [
			{
				title: 'Load a filter',
				text: 'Read `cat filter`. Start a shell in which mkdir fails: `./filter mkdir mkdirat -- sh`. Then try `mkdir x`.',
				goal: all(filterLoaded, refusedAfter('try to make a folder: mkdir x')),
				hints: [
					'filter takes names of calls, then `--`, then the program.',
					'Both calls make folders: mkdir(2) and mkdirat(2).',
					'./filter mkdir mkdirat -- sh',
				],
				why: {step: 'process.filter'},
				command: ['./filter mkdir mkdirat -- sh', 'mkdir x'],
			},
			{
				title: 'See it',
				text: 'Print the lines of /proc/self/status with Seccomp. grep is a child of the shell: the filter came along. 2 means a filter.',
				goal: all(filterLoaded, printed(/Seccomp:\s+2/, 'print the Seccomp lines of /proc/self/status')),
				hints: ['grep(1), as in lesson 8.', 'grep WORD FILE', 'grep Seccomp /proc/self/status'],
				why: 'fork(2) copies the filter, and execve(2) keeps it. A process can add more filters: then the strictest answer counts.',
				command: ['grep Seccomp /proc/self/status'],
			},
		],
		breakIt: {
			text: `Get power from nothing. Leave. Start a shell without capabilities${users ? ' as user 1000' : ''}, and in it make a user namespace: \`unshare -Ur sh\`. Inside, it has all capabilities again, and with them much more of the kernel is in reach.`,
			attack: ['exit', `${weak}sh`, 'unshare -Ur sh', 'grep CapEff /proc/self/status'],
			works: all(ownNamespace('user'), hasCapability('CAP_SYS_ADMIN')),
			stopText:
				'Leave both shells. Start the weak one again, with a filter that refuses unshare(2), and try the same: "Operation not permitted". A complete filter, as that of tsbox, refuses clone(2) with such flags, too.',
			stop: ['exit', 'exit', `${weak}./filter unshare -- sh`, 'unshare -Ur sh'],
			stopped: all(filterLoaded, roomsNamespace('user'), refusedAfter('try again: unshare -Ur sh')),
		},
		question: {
			ask: 'How many filters does this shell run under? See Seccomp_filters in /proc/self/status.',
			answer: ({shell}) => (shell?.seccomp.mode === 'filter' ? [`${shell.seccomp.filters || 1}`] : []),
			command: ['answer $(grep Seccomp_filters /proc/self/status | cut -f 2)'],
			explain:
				'Each `./filter` adds one. The default filter of tsbox, which is that of Docker, refuses about a fifth of all calls, and looks at the arguments of some others.',
		},
	};
}
