import {TsboxError} from '../errors/tsbox-error.ts';
import {uniqueWord} from '../host/files/unique-word.ts';
import type {Host} from '../host/host.ts';
import {dropEngineLink, enterEngine} from './engine-link.ts';
import {aliasOf, dropAlias, dropStaleLink, idOf} from './alias.ts';
import {notRunning} from './not-running.ts';
import {type ContainerRecord, containerFolder, containersFolder, readRecord, writeRecord} from './record.ts';

/**
 * Claims a container's name by renaming a prepared folder with the record to the name; the kernel lets only one rename succeed.
 * Returns false when the name is taken, or the id that an engine has for it.
 */
export function claimName(host: Host, state: string, record: ContainerRecord): boolean {
	host.mkdirs(containersFolder(state), 0o700);
	// Several threads of one process may claim the same name at once.
	const fresh = `${containersFolder(state)}/.new-${record.owner.pid}-${uniqueWord()}-${record.name}`;
	dropStaleLink(host, state, record.name);
	host.mkdir(fresh, 0o700);
	try {
		writeRecord(host, fresh, record);
	} catch (error) {
		// A full disk.
		host.removeTree(fresh);
		throw error;
	}
	const {engine} = record;
	const conf = containerFolder(state, record.name);
	try {
		if (engine !== undefined && !enterEngine(host, engine, conf)) {
			host.removeTree(fresh);
			return false;
		}
		host.rename(fresh, conf);
		return true;
	} catch (error) {
		host.removeTree(fresh);
		if (engine !== undefined) dropEngineLink(host, engine);
		const code = (error as NodeJS.ErrnoException).code;
		// rename(2): ENOTEMPTY or EEXIST when the target is a folder that is not empty, ENOTDIR when it is the link of a
		// renamed container.
		if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
		throw error;
	}
}

/** Frees the name first, then removes what was stored under it, so that a kill in between leaves no half-removed container. */
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

/** The error for a name that another container has. */
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
