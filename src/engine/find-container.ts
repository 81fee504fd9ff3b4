import {didYouMean} from '../errors/did-you-mean.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {idOf} from '../state/alias.ts';
import {type ContainerRecord, containerFolder, containersFolder, readRecord} from '../state/record.ts';
import type {Machine} from './types.ts';

/**
 * The names of all containers that have a folder.
 *
 * @throws TsboxError E_PERMISSION.
 */
export function containerNames(machine: Machine): readonly string[] {
	const folder = containersFolder(machine.dirs.state);
	try {
		return machine.host.list(folder).filter(name => !name.startsWith('.'));
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== 'EACCES') throw cause;
		throw new TsboxError('E_PERMISSION', `${folder} can't be read`, {
			cause,
			why: "root's containers are root's to see",
			hint: 'run it with sudo',
		});
	}
}

/** All records that can be read; a damaged one is left to gc. */
export function allRecords(machine: Machine): readonly ContainerRecord[] {
	return containerNames(machine).flatMap(name => {
		try {
			const record = readRecord(machine.host, containerFolder(machine.dirs.state, name));
			return record === undefined ? [] : [record];
		} catch (error) {
			if (isTsboxError(error)) return [];
			throw error;
		}
	});
}

/**
 * The record of a container, by the name it was given last or by its first one, which the record has.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE.
 */
export function findContainer(machine: Machine, name: string): ContainerRecord {
	const names = containerNames(machine);
	const {host, dirs} = machine;
	const id = names.includes(name) ? (idOf(host, dirs.state, name) ?? name) : undefined;
	const record = id === undefined ? undefined : readRecord(host, containerFolder(dirs.state, id));
	if (record !== undefined) return record;
	const near = didYouMean(name, names);
	throw new TsboxError('E_NO_SUCH_CONTAINER', `there is no container named ${name}`, {
		hint: near === undefined ? '`tsbox ps` shows what runs' : `did you mean ${near}?`,
	});
}
