import {isIP} from 'node:net';
import {urlHost} from '../../network/address.ts';
import {failed, type Hop, passed} from './hop.ts';
import type {Tested} from './network-facts.ts';

/**
 * Whether a container listens where a connection arrives. What listens on its loopback addresses is reached by itself alone, which is
 * why a server that works in its own container is not there for others.
 */
export function listenerHop(
	{name, listening}: Pick<Tested, 'name' | 'listening'>,
	{address, port, protocol = 'tcp'}: {readonly address: string; readonly port: number; readonly protocol?: string},
): Hop {
	const own = listening.filter(socket => socket.protocol === protocol);
	const there = own.filter(socket => socket.port === port);
	const open = isIP(address) === 6 ? '::' : '0.0.0.0';
	const isLoopback = (text: string): boolean => text.startsWith('127.') || text === '::1';
	const fits = there.find(
		socket =>
			socket.address === '::' ||
			(socket.address === '0.0.0.0' && isIP(address) === 4) ||
			socket.address.replace(/^::ffff:/, '') === address ||
			(isLoopback(address) && socket.address === address),
	);
	const word = `${port}/${protocol}`;
	if (fits !== undefined) return passed('listener', `${name} listens on ${written(fits)}`);
	const [first] = there;
	if (first === undefined)
		return failed(
			'listener',
			`nothing in ${name} listens on ${word}`,
			own.length === 0
				? 'no program in it listens on any port'
				: `it listens on ${[...new Set(own.map(written))].slice(0, 8).join(', ')}`,
			`start the program that serves ${word} in ${name}, or use the port on which it listens`,
		);
	return isLoopback(first.address)
		? failed(
				'listener',
				`${name} listens on ${written(first)} only`,
				`${first.address} is reached from inside ${name}, and from nowhere else`,
				`let the program listen on ${open}`,
			)
		: failed(
				'listener',
				`${name} listens on ${written(first)} only`,
				`the connection arrives at ${address}`,
				`let the program listen on ${open}`,
			);
}

function written({address, port}: {readonly address: string; readonly port: number}): string {
	return `${urlHost(address)}:${port}`;
}
