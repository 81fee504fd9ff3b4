import {containerOf, entered, hasContainer, hasNoContainer, pidInRoom} from '../model/container-goals.ts';
import {all, lacksCapability, printed, refusedAfter} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';

const start = 'unshare -p -f -u --mount-proc=rootfs/proc chroot rootfs sleep 1000 &';

/** Into a container that runs. */
export const nsenter: Lesson = {
	number: 3,
	id: 'nsenter',
	title: 'nsenter: into a running container',
	about: `A namespace lives as long as a process is in it.
setns(2) puts a running process into a namespace of another one; nsenter(1) does that and starts a program.
\`docker exec\` and \`tsbox exec\` do nothing else: there is no container to log in to, only namespaces to join.`,
	rootless: true,
	tasks: [
		{
			title: 'Start a container that stays',
			text: 'Start `sleep 1000` as the first process of a container, in the background: the command of lesson 2 with -p, -u, and a `&` at its end.',
			goal: hasContainer,
			hints: [
				'As in lesson 2, with `sleep 1000` for `sh`.',
				'`&` at the end of a line leaves the program in the background.',
				start,
			],
			why: 'The namespaces live on because `sleep` is in them. It is process 1 there, and gets no signal from inside that it has no handler for, not even SIGKILL.',
			command: [start],
		},
		{
			title: 'Enter it',
			text: '`pidof sleep` prints the number of that process in the room. Enter its namespaces with nsenter: -t NUMBER names the process, -p -m -u the kinds, -r -w its root. Run `ps` there.',
			goal: entered,
			hints: [
				'`pidof sleep` for the number; man nsenter for the flags.',
				'nsenter -t NUMBER FLAGS sh. chroot made no namespace, so the root directory needs -r, and -w goes to it.',
				'nsenter -t $(pidof sleep) -p -m -u -r -w sh',
			],
			why: 'nsenter opens the links of /proc/PID/ns and calls setns(2) for each. The root directory is no namespace: it belongs to a process, and is taken from /proc/PID/root.',
			command: ['nsenter -t $(pidof sleep) -p -m -u -r -w sh', 'ps'],
		},
		{
			title: 'End it',
			text: 'Leave with `exit`, and kill the container with `kill -9` and the number that it has in the room. When process 1 ends, the kernel kills all others in its pid namespace.',
			goal: hasNoContainer,
			hints: [
				'From inside, `kill -9 1` does nothing. Try it.',
				'kill(1) from the room, with the number of `pidof sleep`.',
				'kill -9 $(pidof sleep)',
			],
			why: 'Process 1 is the init of its pid namespace. The kernel protects it from signals of its own namespace, and ends the namespace with it.',
			command: ['exit', 'kill -9 $(pidof sleep)'],
		},
	],
	breakIt: {
		text: 'Whoever can join namespaces owns every container: start one again, and rename its host from the room without entering anything else.',
		attack: [start, 'nsenter -t $(pidof sleep) -u hostname pwned', 'nsenter -t $(pidof sleep) -u hostname'],
		works: all(hasContainer, printed(/^pwned$/m, 'set the name `pwned`, and print it')),
		stopText:
			'setns(2) asks for CAP_SYS_ADMIN. Start a shell without that capability (lesson 8), and try again: "Operation not permitted". This is why the user of a container engine is as powerful as root.',
		stop: ['setpriv --bounding-set -sys_admin --inh-caps -sys_admin sh', 'nsenter -t $(pidof sleep) -u hostname pwned'],
		stopped: all(hasContainer, lacksCapability('CAP_SYS_ADMIN'), refusedAfter('try again to set the name')),
	},
	question: {
		ask: 'Process 1 of the container has another number in the room. Which one?',
		answer: seen => {
			const pid = containerOf(seen);
			return pid === undefined
				? []
				: [pidInRoom(seen, pid), pid].flatMap(each => (each === undefined ? [] : [`${each}`]));
		},
		command: ['answer $(pidof sleep)'],
		explain:
			'A process has one number in each pid namespace from its own up to the outermost: see the line NSpid of /proc/PID/status.',
	},
};
