import type {Host} from '../host/host.ts';
import {kernelLink, kernelNames, kernelText} from '../host/files/kernel-text.ts';
import {addressOfWords} from './ip-address.ts';

/** A socket that accepts connections or datagrams from any peer. */
export interface ListeningSocket {
	readonly protocol: 'tcp' | 'udp';
	/** In the usual notation: `0.0.0.0`, `::1`. */
	readonly address: string;
	readonly port: number;
	/** The inode in sockfs; file descriptors of the socket link to `socket:[INODE]`. */
	readonly inode: string;
}

/** A listening socket and the process that holds it. */
export interface HeldSocket extends ListeningSocket {
	/** The first of the given processes that has it open. */
	readonly pid: number;
}

/** Table states: TCP_LISTEN, and TCP_CLOSE for UDP, where it means unconnected; include/net/tcp_states.h. */
const waiting = {tcp: '0A', udp: '07'} as const;

/**
 * The sockets in a kernel table that listen: TCP sockets in state LISTEN, UDP sockets without a peer.
 * Columns: number, local address, remote address, state, and inode as the tenth; proc_pid_net(5).
 */
export function listeningSockets(table: string, protocol: 'tcp' | 'udp'): readonly ListeningSocket[] {
	return table.split('\n').flatMap(line => {
		const [, local = '', remote = '', state, , , , , , inode = ''] = line.trim().split(/\s+/);
		const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local);
		if (match === null || state !== waiting[protocol] || !/^0+:0000$/.test(remote)) return [];
		return [{protocol, address: addressOfWords(match[1] ?? ''), port: Number.parseInt(match[2] ?? '', 16), inode}];
	});
}

/**
 * The listening sockets in the network namespace of `first` that one of the processes holds, by port and protocol. `unread` is true
 * when the caller may not read the file descriptors of a process.
 */
export function socketsHeldBy(
	host: Host,
	first: number,
	pids: readonly number[],
): {readonly sockets: readonly HeldSocket[]; readonly unread: boolean} {
	const all = (['tcp', 'udp'] as const).flatMap(protocol =>
		['', '6'].flatMap(family =>
			listeningSockets(kernelText(host, `/proc/${first}/net/${protocol}${family}`) ?? '', protocol),
		),
	);
	let unread = false;
	const holders = new Map<string, number>();
	for (const pid of pids) {
		const fds = kernelNames(host, `/proc/${pid}/fd`);
		// Without descriptors are one that has closed all, one that ended, and one at which the caller may not look, whose program
		// it may not see either: PTRACE_MODE_READ for both, proc_pid_exe(5).
		const mayLook = fds.length > 0 || kernelLink(host, `/proc/${pid}/exe`) !== '';
		if (!mayLook && host.lstat(`/proc/${pid}`) !== undefined) unread = true;
		for (const fd of fds) {
			const link = kernelLink(host, `/proc/${pid}/fd/${fd}`);
			if (!holders.has(link)) holders.set(link, pid);
		}
	}
	const sockets = all
		.flatMap(socket => {
			const pid = holders.get(`socket:[${socket.inode}]`);
			return pid === undefined ? [] : [{...socket, pid}];
		})
		.toSorted((one, other) => one.port - other.port || (one.protocol < other.protocol ? -1 : 1));
	return {sockets, unread};
}

/** Who listens on a port of the host, in words; undefined when nobody does. `address` is the one that is asked for, all without one. */
export function listenerOn(
	host: Host,
	{protocol, port, address}: {readonly protocol: string; readonly port: number; readonly address?: string | undefined},
): string | undefined {
	if (protocol !== 'tcp' && protocol !== 'udp') return undefined;
	const isAny = (text: string): boolean => /^(?:0\.0\.0\.0|::)$/.test(text);
	const socket = ['', '6']
		.flatMap(family => listeningSockets(kernelText(host, `/proc/self/net/${protocol}${family}`) ?? '', protocol))
		.find(each => each.port === port && (address === undefined || isAny(each.address) || each.address === address));
	if (socket === undefined) return undefined;
	const link = `socket:[${socket.inode}]`;
	const pid = kernelNames(host, '/proc').find(
		name =>
			/^\d+$/.test(name) &&
			kernelNames(host, `/proc/${name}/fd`).some(fd => kernelLink(host, `/proc/${name}/fd/${fd}`) === link),
	);
	if (pid === undefined) return 'a process of the host';
	return `${kernelText(host, `/proc/${pid}/comm`)?.trim() ?? 'a process'} (pid ${pid})`;
}
