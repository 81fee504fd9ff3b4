import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {holderLines} from '../../step/verbs/host-script.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {NetworksInput, OwnNamespace} from '../input/network-input.ts';

/*
 * The network namespace of an ordinary user: a process that holds it, and the program that connects it to the host. All that root has on the
 * host for networks is in there instead.
 */

/** The device by which the namespace reaches the host. */
export const outsideDevice = 'tap0';

/**
 * A subnet between the namespace and the host, of link-local addresses: RFC 3927. No subnet of a pool is there, and the host has no part in
 * it. The numbers of its hosts are those that slirp4netns(1) gives in any subnet.
 */
const link = {subnet: '169.254.1.0/24', address: '169.254.1.100', prefix: 24, gateway: '169.254.1.2'} as const;

/** Where the namespace finds the resolver of the host, also one that listens on a loopback address of the host. */
export const namespaceResolver = '169.254.1.3';

/** Bytes. The kernel hands the program packets of this size, so that it makes a call for 64 KiB and not for 1500 bytes. */
export const namespaceMtu = 65_520;

/**
 * Settings of a container on such networks; tcp(7). A connection leads to a program on the same machine, so that a small buffer loses nothing:
 * what is on its way to the world is in the socket of that program. pasta of 2023 drops what it cannot send on at once, and the container
 * sends it again after a pause: with the 4 MiB that are usual, connections were a fifth as fast.
 */
export const ownSysctls: Readonly<Record<string, string>> = {'net.ipv4.tcp_wmem': '4096 16384 262144'};

/** The steps that make the namespace and connect it, if that has not been done. */
export function namespaceSteps(own: OwnNamespace, {lock, joins}: NetworksInput): readonly StepBefore[] {
	const isInside = joins.every(({record}) => record.internal);
	return [namespaceStep(own, lock), ...(isInside ? [] : [outsideStep(own, lock)])];
}

function namespaceStep({file, users}: OwnNamespace, lock: string): StepBefore {
	return {
		id: 'network.namespace',
		phase: 'network',
		side: 'before',
		title: 'make a network namespace for the networks of this user, if it is not there',
		why: 'An ordinary user may make no device on the host, but root of a user namespace may make any in a network namespace that belongs to it. A process that sleeps holds the two for all networks. It is the first in a process namespace, so that what runs in there ends with it.',
		man: 'network_namespaces(7)',
		object: 'process, user namespace, network namespace',
		action: {
			kind: 'hostScript',
			lock,
			lines: [
				...holderLines(file),
				'if [ -z "$holder" ]; then',
				`	rm -f ${shellWord(file)}`,
				// Field 22 is the time of its start; proc_pid_stat(5). Nobody but its root may have what the process is given.
				`	unshare ${shellCommand(users)} --net --pid setsid sh -ec ${shellWord(
					[
						'holder() {',
						'	read -r stat < /proc/self/stat; set -- $stat',
						`	echo "$1 \${22}" > ${shellWord(`${file}.new`)}; mv ${shellWord(`${file}.new`)} ${shellWord(file)}`,
						'	exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs sleep infinity 2> /dev/null',
						'}',
						// The first child is the first of the process namespace, which ends with it.
						'holder &',
						'ip link set dev lo up',
						`until [ -e ${shellWord(file)} ]; do kill -0 $!; sleep 0.01; done`,
					].join('\n'),
				)} < /dev/null > /dev/null 9>&-`,
				'fi',
			],
		},
		undo: {kind: 'none', reason: 'it goes with the last container of the last network'},
		checks: [{kind: 'deviceInside', file, name: 'lo'}],
	};
}

function outsideStep({file, outside}: OwnNamespace, lock: string): StepBefore {
	return {
		id: 'network.outside',
		phase: 'network',
		side: 'before',
		title: `connect that namespace to the host by ${outside}, if it is not`,
		why: `${outside} takes what leaves the namespace through ${outsideDevice}, and does it again with sockets of the host, as any program of this user could. Nothing of the loopback device of the host is reached by it but the resolver.`,
		man: `${outside}(1)`,
		object: `process, network device ${outsideDevice}`,
		action: {
			kind: 'hostScript',
			lock,
			lines: [
				...holderLines(file),
				`if ! grep -q '^ *${outsideDevice}:' "/proc/$holder/net/dev"; then`,
				...(outside === 'pasta' ? pastaLines : slirpLines),
				'fi',
			],
		},
		undo: {kind: 'none', reason: 'it goes with the namespace'},
		checks: [{kind: 'deviceInside', file, name: outsideDevice}],
	};
}

/** Into the user namespace, and into the process namespace: the program ends with the holder. Its network stays that of the host. */
const beside = 'nsenter --user --pid --preserve-credentials --target "$holder"';

const pastaLines: readonly string[] = [
	`	${beside} pasta --quiet --config-net --ipv4-only --netns "/proc/$holder/ns/net" --ns-ifname ${outsideDevice} \\`,
	// With these, pasta needs neither an interface of the host nor a default route to copy: it works without any connection too.
	`		--interface lo --mac-addr 02:00:00:00:00:02 --address ${link.address} --netmask ${link.prefix} --gateway ${link.gateway} \\`,
	`		--mtu ${namespaceMtu} --no-map-gw --dns-forward ${namespaceResolver} -t none -u none -T none -U none < /dev/null > /dev/null 9>&-`,
];

/** It stays in the foreground, and writes to the pipe when the device is up. */
const slirpLines: readonly string[] = [
	'	ready=$(mktemp -u); mkfifo -m 600 "$ready"',
	`	setsid ${beside} slirp4netns --configure --mtu=${namespaceMtu} --cidr=${link.subnet} --disable-host-loopback --enable-seccomp \\`,
	`		--ready-fd=3 --netns-type=path "/proc/$holder/ns/net" ${outsideDevice} 3>"$ready" < /dev/null > /dev/null 2>&1 9>&- &`,
	'	state=$(head -c 1 "$ready"); rm "$ready"',
	'	[ "$state" = 1 ] || { echo "slirp4netns did not start" >&2; exit 1; }',
];
