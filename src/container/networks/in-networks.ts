import {findProgram} from '../../host/probe/tools.ts';
import {namespaceFile, namedProcess} from '../../state/network-namespace.ts';
import type {MachineFolders} from '../machine/machine.ts';

/**
 * Words in front of a program that looks at the devices and rules of networks: none for root's, which are on the host. An ordinary user's are
 * in a namespace; undefined when that has ended, and with it all of them.
 */
export function inNetworks({host, dirs}: MachineFolders): readonly string[] | undefined {
	const file = namespaceFile(dirs.state);
	if (host.lstat(file) === undefined) return [];
	const holder = namedProcess(host, file);
	if (holder === undefined) return undefined;
	const nsenter = findProgram(host, 'nsenter') ?? 'nsenter';
	return [nsenter, '--user', '--net', '--preserve-credentials', '--target', String(holder), '--'];
}

/** A network device as `ip -json address` prints it. */
export interface Link {
	readonly ifname: string;
	/** The bridge that it is on. */
	readonly master?: string;
	/** `UP`, and `LOWER_UP` when it has a carrier; ip-link(8). */
	readonly flags?: readonly string[];
	/** Its hardware address. */
	readonly address?: string;
	readonly addr_info?: readonly {readonly local: string; readonly prefixlen: number}[];
}

/** The devices by which networks are made: bridges, and the ends of cables that are on them. */
export async function linksOfNetworks(machine: MachineFolders): Promise<readonly Link[]> {
	const {host} = machine;
	const words = inNetworks(machine);
	if (words === undefined) return [];
	const argv = [...words, findProgram(host, 'ip') ?? 'ip', '-json', 'address'];
	const {exitCode, stdout} = await host.run(argv, {timeoutMs: 10_000});
	return exitCode === 0 ? (JSON.parse(stdout) as readonly Link[]) : [];
}
