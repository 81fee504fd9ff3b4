import type {MachineFolders} from './machine.ts';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {idOf, shownName} from '../../state/alias.ts';
import {type ContainerRecord, containerFolder, containersFolder, readRecord} from '../../state/record.ts';

/**
 * The names of all containers with a state folder.
 *
 * @throws TsboxError E_PERMISSION.
 */
export function containerNames(machine: MachineFolders): readonly string[] {
	const folder = containersFolder(machine.dirs.state);
	try {
		return machine.host.list(folder).filter(name => !name.startsWith('.'));
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== 'EACCES') throw cause;
		throw new TsboxError('E_PERMISSION', `${folder} cannot be read`, {
			cause,
			why: 'only root can see the containers of root',
			hint: 'run it with sudo',
		});
	}
}

/** All readable records. `gc` handles damaged ones. */
export function allRecords(machine: MachineFolders): readonly ContainerRecord[] {
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

/** Most containers that a message names; a project may have hundreds. */
const mostNamed = 10;

/**
 * The records that a name stands for: one container, by its current or its first name, or else all containers of a detached
 * project.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE.
 */
export function findContainers(
	machine: MachineFolders,
	name: string,
): readonly [ContainerRecord, ...ContainerRecord[]] {
	const names = containerNames(machine);
	const {host, dirs} = machine;
	const id = names.includes(name) ? (idOf(host, dirs.state, name) ?? name) : undefined;
	const record = id === undefined ? undefined : readRecord(host, containerFolder(dirs.state, id));
	if (record !== undefined) return [record];
	const [first, ...others] = allRecords(machine).filter(({detached}) => detached?.project === name);
	if (first !== undefined) return [first, ...others];
	const near = didYouMean(name, names);
	throw new TsboxError('E_NO_SUCH_CONTAINER', `there is no container named ${name}`, {
		hint: near === undefined ? 'list all containers with `tsbox ps -a`' : `did you mean ${near}?`,
	});
}

/**
 * The record of the one container that a name stands for. A detached project with a single container counts.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE.
 */
export function findContainer(machine: MachineFolders, name: string): ContainerRecord {
	const [record, ...others] = findContainers(machine, name);
	if (others.length === 0) return record;
	const {host, dirs} = machine;
	const all = [record, ...others].map(each => shownName(host, dirs.state, each.name));
	const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : '';
	throw new TsboxError('E_NO_SUCH_CONTAINER', `${name} is a project of ${all.length} containers`, {
		hint: `choose one: ${all.slice(0, mostNamed).join(', ')}${more}`,
	});
}

/**
 * Resolves `PROJECT SERVICE COMMAND...`, as in Compose, to a container and its command; other words stay as they are. For a
 * service with several containers it is the first.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE.
 */
export function findService(
	machine: MachineFolders,
	name: string,
	command: readonly string[],
): {readonly name: string; readonly command: readonly string[]} {
	const [service, ...rest] = command;
	const ofService = findContainers(machine, name).find(
		each => each.name !== name && each.detached?.project === name && each.detached.service === service,
	);
	return ofService === undefined || rest.length === 0 ? {name, command} : {name: ofService.name, command: rest};
}
