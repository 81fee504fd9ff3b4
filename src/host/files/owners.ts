import {chownSync, lstatSync, mkdtempSync, rmdirSync} from 'node:fs';
import {errnoOf} from '../errno.ts';

/** A uid and a gid on the host. */
export interface OwnerIds {
	readonly uid: number;
	readonly gid: number;
}

/** The owner of a file or folder; for a symlink its own. Throws the system's error. */
export function ownerOf(path: string): OwnerIds {
	const {uid, gid} = lstatSync(path);
	return {uid, gid};
}

/**
 * Whether the caller can give files to all these owners. That takes CAP_CHOWN and existing ids: root of a user namespace has only
 * some. Tries it on a new folder in `place`, so that the owner of `place` itself never changes.
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
