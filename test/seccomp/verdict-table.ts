import {decode, verdicts} from '../../src/seccomp/bpf.ts';
import {verdict} from '../../src/seccomp/interpret.ts';
import {architectures} from '../../src/seccomp/syscalls.ts';

const audit = 0xc000_003e;
const errnos: Readonly<Record<number, string>> = {1: 'EPERM', 22: 'EINVAL', 38: 'ENOSYS'};

/** `allow`, `EPERM`, `ENOSYS`, `kill`: what a filter answers to one call. */
export function answerOf(filter: Uint8Array, nr: number, ...args: readonly (number | bigint)[]): string {
	const answer = verdict(filter, {nr, arch: audit, args: args.map(BigInt)});
	if (answer === verdicts.allow) return 'allow';
	if ((answer & 0xffff_0000) === verdicts.errno) return errnos[answer & 0xffff] ?? `errno ${answer & 0xffff}`;
	return answer === verdicts.killThread ? 'kill' : answer.toString(16);
}

/** linux/socket.h, for readers of the table. */
const families = [
	'UNSPEC UNIX INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet NETBEUI SECURITY KEY NETLINK PACKET ASH',
	'ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV RXRPC ISDN PHONET IEEE802154 CAIF ALG NFC',
	'VSOCK KCM QIPCRTR SMC XDP MCTP',
]
	.join(' ')
	.split(' ');

const cloneFlags: readonly (readonly [string, number])[] = [
	['NEWTIME', 0x80],
	['NEWNS', 0x2_0000],
	['NEWCGROUP', 0x0200_0000],
	['NEWUTS', 0x0400_0000],
	['NEWIPC', 0x0800_0000],
	['NEWUSER', 0x1000_0000],
	['NEWPID', 0x2000_0000],
	['NEWNET', 0x4000_0000],
];

/** What a profile does, as a table to read: golden files are made of it. */
export function verdictTable(filter: Uint8Array): string {
	const numbers = architectures['SCMP_ARCH_X86_64']?.numbers ?? {};
	const number = (name: string): number => numbers[name] ?? -1;
	const program = decode(filter);
	const all = Object.entries(numbers).map(([name, nr]) => [name, answerOf(filter, nr)] as const);
	const list = (answer: string): string =>
		all
			.flatMap(([name, each]) => (each === answer ? [name] : []))
			.toSorted()
			.join(' ');
	const groups = [...new Set(all.map(([, answer]) => answer))].toSorted();
	return [
		`${program.length} instructions`,
		...groups.map(answer => `\ncalls with all arguments 0: ${answer}\n${list(answer)}`),
		'\nsocket(FAMILY)',
		...families.map((name, family) => `AF_${name} ${answerOf(filter, number('socket'), family, 1, 0)}`),
		'\nsocket(AF_NETLINK, SOCK_RAW, PROTOCOL)',
		...Array.from({length: 23}, (_, protocol) => `${protocol} ${answerOf(filter, number('socket'), 16, 3, protocol)}`),
		'\nioctl(REQUEST)',
		...(
			[
				['TIOCSTI', 0x5412],
				['TIOCLINUX', 0x541c],
				['TIOCGWINSZ', 0x5413],
				['TIOCSTI | 1 << 32', 0x1_0000_5412],
			] as const
		).map(([name, request]) => `${name} ${answerOf(filter, number('ioctl'), 0, request)}`),
		'\nclone(FLAGS), unshare(FLAGS)',
		...cloneFlags.map(
			([name, flag]) =>
				`CLONE_${name} ${answerOf(filter, number('clone'), flag)} ${answerOf(filter, number('unshare'), flag)}`,
		),
		'',
	].join('\n');
}
