import type {Host} from '../host/host.ts';
import {containerFolder} from './record.ts';

/*
 * A renamed container keeps its folder, cgroup, layer, and output under its first name, which is its id from then on. The new name
 * is a symlink to `@ID` beside the containers' folders, so that the kernel gives a name only once, to a folder or a link. The file
 * `renamed` in the container's folder says which link counts. A link that no such file names is left from a kill and ignored.
 */

/** How long a link without a `renamed` file may belong to a rename in progress, ms. */
const madeWithin = 10_000;

/** The file with the new name of a container. */
export function renamedFile(state: string, id: string): string {
	return `${containerFolder(state, id)}/${renamed}`;
}

/** The file in a container's folder with its new name. */
export const renamed = 'renamed';

/** The id that a link names, whether the link counts or not; undefined when the path is no link. */
function linkedId(host: Host, state: string, name: string): string | undefined {
	const path = containerFolder(state, name);
	if (host.lstat(path)?.kind !== 'symlink') return undefined;
	return host.readlink(path)?.replace(/^@/, '');
}

/** The id of the container that was renamed to `name`; undefined when there is none. */
export function idOf(host: Host, state: string, name: string): string | undefined {
	const id = linkedId(host, state, name);
	return id !== undefined && host.readText(renamedFile(state, id)) === name ? id : undefined;
}

/** The name that a container was renamed to; undefined when it still has its first name. */
export function aliasOf(host: Host, state: string, id: string): string | undefined {
	const file = renamedFile(state, id);
	// Few containers have an alias, and an exception from node:fs costs more than an lstat.
	const name = host.lstat(file) === undefined ? undefined : host.readText(file);
	return name !== undefined && linkedId(host, state, name) === id ? name : undefined;
}

/** The name to show for a container: its new name, else its id. */
export function shownName(host: Host, state: string, id: string): string {
	return aliasOf(host, state, id) ?? id;
}

/** Undoes a rename; does nothing when the container was not renamed. */
export function dropAlias(host: Host, state: string, id: string): void {
	const name = aliasOf(host, state, id);
	if (name === undefined) return;
	host.removeTree(renamedFile(state, id));
	host.removeTree(containerFolder(state, name));
}

/**
 * Whether a name is a link that counts for no container. A recent link may belong to a rename in progress.
 *
 * @param isLocked - the caller holds the lock, so no rename is in progress
 */
export function isStaleLink(host: Host, state: string, name: string, isLocked = false): boolean {
	if (linkedId(host, state, name) === undefined || idOf(host, state, name) !== undefined) return false;
	if (isLocked) return true;
	const made = host.lstat(containerFolder(state, name))?.mtimeMs ?? 0;
	return host.now() - made > madeWithin;
}

/** Removes a stale link; true when there was one. */
export function dropStaleLink(host: Host, state: string, name: string, isLocked = false): boolean {
	if (!isStaleLink(host, state, name, isLocked)) return false;
	host.removeTree(containerFolder(state, name));
	return true;
}
