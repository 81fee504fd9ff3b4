import {TsboxError} from '../../errors/tsbox-error.ts';
import {withLock} from '../../execute/lock.ts';
import {
	allDefinitions,
	allNetworks,
	networksFolder,
	networksLock,
	readDefinition,
	readNetwork,
	removeDefinition,
} from '../../state/network.ts';
import type {Machine} from '../machine/machine.ts';
import {noNetwork} from './list-networks.ts';
import {usersOf} from './network-users.ts';

/** Most containers that a message names. */
const mostNamed = 10;

/**
 * Removes a network that `network create` made.
 *
 * @throws TsboxError E_NETWORK_NOT_FOUND, E_NETWORK_IN_USE.
 */
export async function removeNetwork(machine: Machine, name: string): Promise<void> {
	const {host, dirs} = machine;
	await locked(machine, async () => {
		const users = usersOf(machine, name);
		const isRunning = readNetwork(host, dirs.state, name) !== undefined;
		if (isRunning && users.length === 0 && readDefinition(host, dirs.store, name) === undefined)
			throw new TsboxError('E_NETWORK_IN_USE', `the network ${name} comes and goes with its containers`, {
				why: 'it is still there because something ended without cleaning up',
				hint: 'run `tsbox gc`',
			});
		if (users.length > 0) throw networkInUse(name, users);
		// A damaged definition is in no list, but can be removed.
		if (!removeDefinition(host, dirs.store, name)) throw noNetwork(name, namesOf(machine));
	});
}

/** Removes all networks that `network create` made and that no container needs, and returns their names. */
export function pruneNetworks(machine: Machine): Promise<readonly string[]> {
	const {host, dirs} = machine;
	return locked(machine, async () =>
		allDefinitions(host, dirs.store)
			.map(({name}) => name)
			.filter(name => usersOf(machine, name).length === 0 && removeDefinition(host, dirs.store, name)),
	);
}

/** Holds the lock, so that no container comes to a network while it is removed. */
function locked<T>({host, dirs, facts}: Machine, work: () => Promise<T>): Promise<T> {
	host.mkdirs(networksFolder(dirs.state), 0o700);
	return withLock(host, facts, networksLock(dirs.state), work);
}

function namesOf({host, dirs}: Machine): readonly string[] {
	return [...allDefinitions(host, dirs.store), ...allNetworks(host, dirs.state)].map(({name}) => name);
}

function networkInUse(name: string, users: readonly string[]): TsboxError {
	const more = users.length > mostNamed ? ` and ${users.length - mostNamed} more` : '';
	const one = users.length === 1;
	return new TsboxError('E_NETWORK_IN_USE', `the network ${name} is in use`, {
		why: `${users.slice(0, mostNamed).join(', ')}${more} ${one ? 'is' : 'are'} on it`,
		hint: `remove ${one ? 'that container' : 'those containers'} first: \`tsbox down ${users[0] ?? ''}\``,
	});
}
