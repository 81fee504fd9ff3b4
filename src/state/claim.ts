import {threadId} from 'node:worker_threads';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {aliasOf, dropAlias, dropStaleLink, idOf} from './alias.ts';
import {notRunning} from './not-running.ts';
import {type ContainerRecord, containerFolder, containersFolder, readRecord, writeRecord} from './record.ts';

/**
 * Takes a container's name: a folder with a record in it is renamed to the name, which the kernel lets one of several do.
 * Returns false when the name is taken.
 */
export function claimName(host: Host, state: string, record: ContainerRecord): boolean {
	host.mkdirs(containersFolder(state), 0o700);
	// Threads of a process may want the same name at the same moment.
	const fresh = `${containersFolder(state)}/.new-${record.owner.pid}-${threadId}-${record.name}`;
	host.removeTree(fresh);
	dropStaleLink(host, state, record.name);
	host.mkdir(fresh, 0o700);
	writeRecord(host, fresh, record);
	try {
		host.rename(fresh, containerFolder(state, record.name));
		return true;
	} catch (error) {
		host.removeTree(fresh);
		const code = (error as NodeJS.ErrnoException).code;
		// rename(2): ENOTEMPTY or EEXIST when the target is a folder with something in it, ENOTDIR when it is the link of a
		// container that was renamed.
		if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
		throw error;
	}
}

/** Gives the name free, then removes what was kept under it; a kill between the two leaves nothing under the name. */
export function releaseName(host: Host, state: string, name: string): void {
	const dead = `${containersFolder(state)}/.dead-${process.pid}-${host.now()}-${name}`;
	dropAlias(host, state, name);
	try {
		host.rename(containerFolder(state, name), dead);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
		throw error;
	}
	host.removeTree(dead);
}

/** The error for a name that somebody else has. */
export function nameInUse(host: Host, state: string, name: string): TsboxError {
	const now = aliasOf(host, state, name);
	if (now !== undefined)
		return new TsboxError('E_NAME_IN_USE', `${name} is the first name of a container that is now named ${now}`, {
			why: 'its files and its cgroup have that name until it is removed',
			hint: `remove it with \`tsbox down ${name}\`, or start this one under another name`,
		});
	const record = readRecord(host, containerFolder(state, idOf(host, state, name) ?? name));
	const words = record === undefined ? undefined : notRunning(host, record, name)?.words;
	return new TsboxError('E_NAME_IN_USE', `there is a container named ${name} already`, {
		why: `it ${words ?? 'is running'}`,
		hint: `${words === undefined ? 'stop and remove' : 'remove'} it with \`tsbox down ${name}\`, or choose another name`,
	});
}
