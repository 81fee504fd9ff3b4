import {
	containerHasInterface,
	containerOwns,
	hasContainer,
	roomHasInterface,
	roomHasNoInterface,
} from '../model/container-goals.ts';
import {all, knowsNeighbor, ownNamespace, printed, rootIsOwn} from '../model/goals.ts';
import type {Lesson} from '../model/lesson.ts';

const start = 'unshare -n -p -f --mount-proc=rootfs/proc chroot rootfs sleep 1000 &';
const cable = 'ip link add room0 type veth peer name box0 netns $(pidof sleep)';
const enter = 'nsenter -t $(pidof sleep) -n -p -m -r -w sh';
const inside = 'nsenter -t $(pidof sleep) -n ip';

/** A cable into a network namespace. */
export const network: Lesson = {
	number: 11,
	id: 'network',
	title: 'Network: a cable into the container',
	about: `A new network namespace has a loopback device and nothing else: no address, no way out.
A veth is a pair of network devices: what goes into one comes out of the other. Put one end into the container.
Each end gets an address, and is switched on. That is a network of two.
Docker connects the outer ends to a bridge, and translates addresses on the way out. Nothing else is added.`,
	rootless: true,
	tasks: [
		{
			title: 'A container without a network',
			text: 'Start `sleep 1000` in the background as in lesson 3, in a pid and a network namespace.',
			goal: all(hasContainer, containerOwns('network')),
			hints: ['unshare with -n and -p -f, chroot, sleep 1000, and `&`.', 'Lesson 3 has the line; -n for -u.', start],
			why: 'The container has its own devices, addresses, ports, and firewall. Nobody reaches it, and it reaches nobody.',
			command: [start],
		},
		{
			title: 'A cable',
			text: 'Make a veth pair: `room0` here, its peer `box0` in the namespace of the container. ip(8) takes the number of a process for a namespace: `netns $(pidof sleep)`.',
			goal: all(roomHasInterface('room0'), containerHasInterface('box0')),
			hints: ['ip link help', 'ip link add NAME type veth peer name NAME netns NUMBER', cable],
			why: 'One system call makes both ends, and they vanish together. Each end belongs to the namespace where it is.',
			command: [cable],
		},
		{
			title: 'Addresses',
			text: 'Give room0 the address 10.9.0.1/24, box0 10.9.0.2/24, and switch both on. For box0, `nsenter -t $(pidof sleep) -n` goes before ip.',
			goal: all(roomHasInterface('room0', '10.9.0.1/24'), containerHasInterface('box0', '10.9.0.2/24')),
			hints: [
				'ip addr add, and ip link set.',
				'ip addr add ADDRESS dev NAME; ip link set NAME up',
				`ip addr add 10.9.0.1/24 dev room0; ip link set room0 up; ${inside} addr add 10.9.0.2/24 dev box0; ${inside} link set box0 up`,
			],
			why: '/24 says which neighbors are on the cable: all that begin with 10.9.0. The kernel makes the route from it.',
			command: [
				'ip addr add 10.9.0.1/24 dev room0',
				'ip link set room0 up',
				`${inside} addr add 10.9.0.2/24 dev box0`,
				`${inside} link set box0 up`,
			],
		},
		{
			title: 'Talk',
			text: 'Enter the container with its network, pid, and mount namespaces and its root, and `ping -c 1 10.9.0.1`.',
			goal: all(rootIsOwn, ownNamespace('network'), knowsNeighbor('10.9.0.1')),
			hints: ['nsenter, as in lesson 3.', 'nsenter -t NUMBER -n -p -m -r -w sh', `${enter}, then: ping -c 1 10.9.0.1`],
			why: 'The answer came through the cable. `cat /proc/net/arp` shows the neighbor that the kernel found.',
			command: [enter, 'ping -c 1 10.9.0.1'],
		},
	],
	breakIt: {
		text: 'Without a network namespace, root in a container owns the network of the room: leave, and delete the cable from a plain chroot.',
		attack: ['exit', 'chroot rootfs sh', 'ip link del room0'],
		works: all(rootIsOwn, roomHasNoInterface('room0')),
		stopText: 'Leave, lay the cable again, enter the container, and try the same: room0 is not in its namespace.',
		stop: ['exit', cable, enter, 'ip link del room0'],
		stopped: all(
			rootIsOwn,
			ownNamespace('network'),
			roomHasInterface('room0'),
			printed(/find device/i, 'try again: ip link del room0'),
		),
	},
	question: {
		ask: 'How many network devices does the container see? /proc/net/dev has a line for each, below two lines of headings.',
		answer: ({shell}) => (shell === undefined ? [] : [`${shell.interfaces.length}`]),
		command: ['answer $(($(wc -l < /proc/net/dev) - 2))'],
		explain: 'lo and box0. The devices of the room, and of the machine, are in other namespaces.',
	},
};
