import {findProgram} from '../../host/probe/tools.ts';
import {tableOf} from '../../plan/network/nft-text.ts';
import type {PublishedPort} from '../../plan/input/network-input.ts';
import type {MachineFolders} from '../machine/machine.ts';
import {inNetworks} from './in-networks.ts';

/** The ports of this host that lead into containers, from the rules that the kernel has, by port. None without nft(8). */
export async function publishedPorts(machine: MachineFolders): Promise<readonly PublishedPort[]> {
	const {host, dirs} = machine;
	const nft = findProgram(host, 'nft');
	const words = inNetworks(machine);
	if (nft === undefined || words === undefined) return [];
	const argv = [...words, nft, '-j', 'list', 'table', ...tableOf(dirs.state).split(' ')];
	const {exitCode, stdout} = await host.run(argv, {timeoutMs: 10_000});
	return exitCode === 0 ? portsIn(stdout) : [];
}

/** An element of a map of nft: the parts of its key, and of its value; libnftables-json(5). */
type Element = readonly [
	{readonly concat: readonly (string | number)[]},
	{readonly concat: readonly (string | number)[]},
];

const maps: readonly (string | undefined)[] = ['ports4', 'ports4at', 'ports6', 'ports6at'];

/** Reads the maps of ports of a table as `nft -j list table` prints it. */
export function portsIn(json: string): readonly PublishedPort[] {
	const {nftables} = JSON.parse(json) as {
		readonly nftables: readonly {readonly map?: {readonly name: string; readonly elem?: readonly Element[]}}[];
	};
	return nftables
		.filter(({map}) => maps.includes(map?.name))
		.flatMap(({map}) => map?.elem ?? [])
		.map(([{concat: key}, {concat: value}]): PublishedPort => {
			const [published, protocol, hostIp] = key.toReversed();
			const [address, target] = value;
			return {
				published: Number(published),
				protocol: String(protocol),
				address: String(address),
				target: Number(target),
				...(hostIp === undefined ? {} : {hostIp: String(hostIp)}),
			};
		})
		.toSorted((one, other) => one.published - other.published);
}
