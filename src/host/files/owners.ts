import {chownSync, lstatSync, mkdtempSync, rmdirSync} from 'node:fs';
import {errnoOf} from '../errno.ts';

/** A user and a group of the host, by number. */
export interface OwnerIds {
	readonly uid: number;
	readonly gid: number;
}

/** The owner of a file or folder; of a symlink itself. Throws the system's error. */
export function ownerOf(path: string): OwnerIds {
	const {uid, gid} = lstatSync(path);
	return {uid, gid};
}

/**
 * Whether the caller can give files to all these owners. That takes CAP_CHOWN, and ids that exist: root of a user namespace has only some. Tried
 * with a new folder in `place`, so that `place` itself never changes its owner.
 */
export function canGiveAway(place: string, owners: readonly OwnerIds[]): boolean {
	const folder = mkdtempSync(`${place}/owner-`);
	try {
		for (const {uid, gid} of owners) chownSync(folder, uid, gid);
		return true;
	} catch (error) {
		if (errnoOf(error) === 'EPERM' || errnoOf(error) === 'EINVAL') return false;
		throw error;
	} finally {
		rmdirSync(folder);
	}
}
