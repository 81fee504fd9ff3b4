import type {Host} from '../host/host.ts';
import {makeLink} from '../host/files/link.ts';
import {containerFolder} from './record.ts';

/*
 * A container that was renamed keeps what it was made with: its folder, its cgroup, its layer and its output have its first
 * name, which is its id from then on. The new name is a symlink to `@ID` among the containers' folders, so that the kernel
 * gives a name once, be it to a folder or to a link; and the file `renamed` in the container's folder says which link counts.
 * A link that no such file speaks of is what a kill left, and means nothing.
 */

/** A link that no file speaks of may be one that is being made, for as long, ms. */
const madeWithin = 10_000;

function renamedFile(state: string, id: string): string {
	return `${containerFolder(state, id)}/${renamed}`;
}

/** The file in a container's folder that tells its new name. */
export const renamed = 'renamed';

/** The id that a link names, be it in force or not; undefined for what is no link. */
function linkedId(host: Host, state: string, name: string): string | undefined {
	const path = containerFolder(state, name);
	if (host.lstat(path)?.kind !== 'symlink') return undefined;
	return host.readlink(path)?.replace(/^@/, '');
}

/** The id of a container that was renamed to `name`; undefined where none was. */
export function idOf(host: Host, state: string, name: string): string | undefined {
	const id = linkedId(host, state, name);
	return id !== undefined && host.readText(renamedFile(state, id)) === name ? id : undefined;
}

/** The name that a container was renamed to; undefined for one that has the name it was made with. */
export function aliasOf(host: Host, state: string, id: string): string | undefined {
	const file = renamedFile(state, id);
	// Few have one, and an error of Node's costs more than a look.
	const name = host.lstat(file) === undefined ? undefined : host.readText(file);
	return name !== undefined && linkedId(host, state, name) === id ? name : undefined;
}

/** The name of a container as people know it. */
export function shownName(host: Host, state: string, id: string): string {
	return aliasOf(host, state, id) ?? id;
}

/**
 * Gives a container another name; its own first one takes the new one back. False when somebody else has it. To be called
 * by one at a time. A kill leaves the old name or the new one, and at most a link that gc takes away.
 */
export function setAlias(host: Host, state: string, id: string, name: string): boolean {
	const before = aliasOf(host, state, id);
	if (before === name) return true;
	if (name === id) {
		dropAlias(host, state, id);
		return true;
	}
	dropStaleLink(host, state, name, true);
	if (!makeLink(`@${id}`, containerFolder(state, name))) return false;
	// Until here the old name counts, from here on the new one.
	try {
		host.writeAtomic(renamedFile(state, id), name, 0o600);
	} catch (error) {
		host.removeTree(containerFolder(state, name));
		throw error;
	}
	if (before !== undefined) host.removeTree(containerFolder(state, before));
	return true;
}

/** Takes the name back that a container was renamed to; nothing where it was not. */
export function dropAlias(host: Host, state: string, id: string): void {
	const name = aliasOf(host, state, id);
	if (name === undefined) return;
	host.removeTree(renamedFile(state, id));
	host.removeTree(containerFolder(state, name));
}

/**
 * Whether a name is a link that means nothing. One that was made a moment ago may be about to.
 *
 * @param isLocked - nobody else renames meanwhile, so one that means nothing never will
 */
export function isStaleLink(host: Host, state: string, name: string, isLocked = false): boolean {
	if (linkedId(host, state, name) === undefined || idOf(host, state, name) !== undefined) return false;
	if (isLocked) return true;
	const made = host.lstat(containerFolder(state, name))?.mtimeMs ?? 0;
	return host.now() - made > madeWithin;
}

/** Removes a link that means nothing; true when there was one. */
export function dropStaleLink(host: Host, state: string, name: string, isLocked = false): boolean {
	if (!isStaleLink(host, state, name, isLocked)) return false;
	host.removeTree(containerFolder(state, name));
	return true;
}
