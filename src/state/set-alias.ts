import {makeLink} from '../host/files/link.ts';
import type {Host} from '../host/host.ts';
import {aliasOf, dropAlias, dropStaleLink, renamedFile} from './alias.ts';
import {containerFolder} from './record.ts';

/**
 * Renames a container; its first name undoes an earlier rename. False when the name is taken. The caller must hold the lock.
 * A kill leaves the old name or the new one, and at most a stale link that `gc` removes.
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
	// The write below is the moment of the rename: the old name counts before it, the new one after it.
	try {
		host.writeAtomic(renamedFile(state, id), name, 0o600);
	} catch (error) {
		host.removeTree(containerFolder(state, name));
		throw error;
	}
	if (before !== undefined) host.removeTree(containerFolder(state, before));
	return true;
}
