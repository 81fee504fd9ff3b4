import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';

/** The ports that the kernel gives to whoever asks for none: the default of ip_local_port_range, ip-sysctl.rst. */
const anyPort = [32768, 60999] as const;

/**
 * A port of the host for a container that asks for any: the same each time, unless another one has it. Of a range the first that is free.
 *
 * @throws TsboxError E_ADDRESS_IN_USE when containers have them all.
 */
export function freePort(
	host: Host,
	networks: string,
	{
		protocol,
		container,
		target,
		seen,
		among,
	}: {
		readonly protocol: string;
		readonly container: string;
		readonly target: number;
		/** Ports that the container has already: `tcp-8080`. */
		readonly seen: ReadonlySet<string>;
		/** The first and the last of those that it may have; by default all that the kernel gives away. */
		readonly among?: readonly [first: number, last: number] | undefined;
	},
): number {
	const [first, last] = among ?? anyPort;
	const count = last - first + 1;
	const digest = createHash('sha256').update(`${container} ${protocol} ${target}`).digest();
	const start = among === undefined ? digest.readUInt32BE() % count : 0;
	const isTaken = (name: string): boolean => {
		const owner = host.readText(`${networks}/.ports/${name}`)?.trim();
		return seen.has(name) || (owner !== undefined && owner !== container);
	};
	for (let step = 0; step < count; step++) {
		const port = first + ((start + step) % count);
		if (!isTaken(`${protocol}-${port}`)) return port;
	}
	throw new TsboxError('E_ADDRESS_IN_USE', `no ${protocol} port is free`, {
		why: `containers have published all from ${first} to ${last}`,
		hint: 'stop one of them',
	});
}
