import {withLock} from '../../execute/lock.ts';
import {
	allNetworks,
	dropNetwork,
	forgottenNetworks,
	leasedAddresses,
	leasePath,
	networkFolder,
	networksFolder,
	networksLock,
	type NetworkRecord,
	parseLease,
} from '../../state/network.ts';
import type {Machine} from '../machine/machine.ts';
import {isGone} from './network-users.ts';

/** How long a lease may take to be written once its file is there, ms. */
const writtenWithin = 10_000;

/**
 * Removes what containers that are gone left of networks: their leases, and each network on which no container is any more. The
 * caller holds no lock of networks; a start that is about to take a lease holds it.
 *
 * @param removeBridge - removes the bridge of a network and its rules from this machine, as far as they are there; when it fails, the
 *   record stays for the next time
 * @returns the paths of what was removed
 */
export async function collectNetworks(
	machine: Machine,
	removeBridge: (record: NetworkRecord) => Promise<void>,
): Promise<readonly string[]> {
	const {host, dirs, facts} = machine;
	// The lock stays when all networks have gone.
	if (host.list(networksFolder(dirs.state)).every(name => name === '.lock')) return [];
	return withLock(host, facts, networksLock(dirs.state), async () => {
		const removed: string[] = [];
		for (const folder of forgottenNetworks(host, dirs.state)) {
			host.removeTree(folder);
			removed.push(folder);
		}
		for (const record of allNetworks(host, dirs.state)) {
			const left = staleLeases(machine, record.name);
			for (const path of left) host.removeTree(path);
			if (leasedAddresses(host, dirs.state, record.name).length > 0) {
				removed.push(...left);
				continue;
			}
			await removeBridge(record);
			dropNetwork(host, dirs.state, record.name);
			removed.push(networkFolder(dirs.state, record.name));
		}
		return removed;
	});
}

/** The lease files whose containers are gone. A file that is no whole lease is being written, or was left by a kill long ago. */
function staleLeases(machine: Machine, network: string): readonly string[] {
	const {host, dirs} = machine;
	return leasedAddresses(host, dirs.state, network)
		.map(address => leasePath(dirs.state, network, address))
		.filter(path => {
			const lease = parseLease(host.readText(path) ?? '');
			if (lease !== undefined) return isGone(machine, lease.container);
			return host.now() - (host.lstat(path)?.mtimeMs ?? 0) > writtenWithin;
		});
}
