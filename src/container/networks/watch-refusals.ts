import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {dyingWithUs} from '../../host/programs/dying-with-us.ts';
import {findProgram} from '../../host/probe/tools.ts';
import {tableOf} from '../../plan/network/nft-text.ts';
import {refuseChain} from '../../plan/network/egress-rules.ts';
import {leasesOf} from '../../state/network.ts';
import type {ContainerRecord} from '../../state/record.ts';
import type {Machine} from '../machine/machine.ts';

/** A packet of a container that its `egress` does not let out. */
export interface Refusal {
	readonly address: string;
	/** `tcp`, or the number of a protocol that has no name here. */
	readonly protocol: string;
	/** Undefined for a protocol without ports. */
	readonly port?: number;
}

/** A packet that met the refusing chain, as {@link parseRefusal} reads it. */
export interface TracedRefusal extends Refusal {
	/** Who sent it. */
	readonly source: string;
}

/** Names of /etc/protocols. */
const protocols: Readonly<Record<string, string>> = {1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', 132: 'sctp'};

/** Reads a line of `nft -nn monitor trace`; undefined for one that is no packet in the refusing chain of a table. */
export function parseRefusal(line: string, table: string): TracedRefusal | undefined {
	if (!line.includes(` ${table} ${refuseChain} packet: `)) return undefined;
	const [, source, address] = / ip6? saddr (\S+) ip6? daddr (\S+)/.exec(line) ?? [];
	const [, number = ''] = / (?:ip protocol|ip6 nexthdr) (\d+)/.exec(line) ?? [];
	const [, port] = / (?:tcp|udp|sctp) dport (\d+)/.exec(line) ?? [];
	if (source === undefined || address === undefined) return undefined;
	return {source, address, protocol: protocols[number] ?? number, ...(port === undefined ? {} : {port: Number(port)})};
}

/**
 * Tells what the `egress` of a container refuses, by `nft monitor trace`: the rules trace the first packet for each destination in a minute.
 * Nothing is told for a container without a list.
 *
 * @returns ends it
 */
export function watchRefusals(
	{host, dirs}: Machine,
	{name, egress}: Pick<ContainerRecord, 'name' | 'egress'>,
	tell: (refusal: Refusal) => void,
): () => void {
	const nft = egress === undefined ? undefined : findProgram(host, 'nft');
	if (nft === undefined) return () => {};
	const program = host.start([...dyingWithUs(host), nft, '-nn', 'monitor', 'trace'], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const [, output] = program.pipes;
	const table = tableOf(dirs.state);
	createInterface({input: output as Readable}).on('line', line => {
		const refused = parseRefusal(line, table);
		if (refused === undefined) return;
		const {source, ...refusal} = refused;
		// Read anew, since it may have come to another network.
		const isOwn = leasesOf(host, dirs.state, name).some(({lease}) => lease.addresses.includes(source));
		if (isOwn) tell(refusal);
	});
	return () => void (program.pid > 0 && host.kill(program.pid, 'SIGKILL'));
}
