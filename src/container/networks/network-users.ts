import {isTsboxError} from '../../errors/tsbox-error.ts';
import {shownName} from '../../state/alias.ts';
import {readConnections} from '../../state/connections.ts';
import {type Attachment, attachments, readLeases} from '../../state/network.ts';
import {containerFolder, isOwned, readRecord, stateOf} from '../../state/record.ts';
import {allRecords} from '../machine/find-container.ts';
import type {MachineFolders} from '../machine/machine.ts';

/** Whether nothing of a container will give its addresses back any more: neither it nor the process that cleans up after it runs. */
export function isGone({host, dirs}: MachineFolders, container: string): boolean {
	try {
		const record = readRecord(host, containerFolder(dirs.state, container));
		return record === undefined || (stateOf(host, record) === 'dead' && !isOwned(host, record));
	} catch (error) {
		// A record that cannot be read says nothing; `gc` removes a damaged one first.
		if (isTsboxError(error)) return false;
		throw error;
	}
}

/** The containers that are on a network, and how. */
export function liveLeases(machine: MachineFolders, network: string): readonly Attachment[] {
	return attachments(readLeases(machine.host, machine.dirs.state, network)).filter(
		({container}) => !isGone(machine, container),
	);
}

/** The containers that are on a network, by their names now. */
export function containersOn(machine: MachineFolders, network: string): readonly string[] {
	const {host, dirs} = machine;
	return liveLeases(machine, network)
		.map(({container}) => shownName(host, dirs.state, container))
		.sort();
}

/** The containers that need a network: those on it, and stopped ones that are on it again when they start. */
export function usersOf(machine: MachineFolders, network: string): readonly string[] {
	const {host, dirs} = machine;
	const stopped = allRecords(machine).filter(({detached, name}) =>
		[...(detached?.made.networks ?? []), ...readConnections(host, dirs.state, name)].some(
			join => join.network.name === network,
		),
	);
	const names = stopped.map(({name}) => shownName(host, dirs.state, name));
	return [...new Set([...containersOn(machine, network), ...names])].sort();
}
