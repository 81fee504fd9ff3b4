import {chownSync, lstatSync, mkdtempSync, rmdirSync} from 'node:fs';
import {errnoOf} from '../host/errno.ts';
import {type OwnerIds, variationOf} from './variation.ts';

/** Whose files become whose in a copy: the user and the group each for itself, all others stay. */
export interface OwnerChange {
	readonly from: OwnerIds;
	readonly to: OwnerIds;
}

/** Whom a folder or file belongs to becomes these; undefined where they stay. */
export function ownersTo(path: string, to: OwnerIds | null): OwnerChange | undefined {
	if (to === null) return undefined;
	const {uid, gid} = lstatSync(path);
	return {from: {uid, gid}, to};
}

/** Who owns a file after the change. */
export function changedOwner({uid, gid}: OwnerIds, {from, to}: OwnerChange): OwnerIds {
	return {uid: uid === from.uid ? to.uid : uid, gid: gid === from.gid ? to.gid : gid};
}

/** The change back: so that a file that was only copied is the same as in a run that left the owners as they are. */
export function changeBack({from, to}: OwnerChange): OwnerChange {
	return {from: to, to: from};
}

/**
 * Whether files can be given to the owners of the other runs, which takes CAP_CHOWN, and ids that are there: root of a user
 * namespace has some alone. Tried at a folder of its own, so that the place never belongs to somebody else.
 */
export function canGiveAway(place: string): boolean {
	const folder = mkdtempSync(`${place}/owner-`);
	try {
		for (const run of [1, 2]) {
			const {ids} = variationOf(run, true);
			if (ids !== null) chownSync(folder, ids.uid, ids.gid);
		}
		return true;
	} catch (error) {
		if (errnoOf(error) === 'EPERM' || errnoOf(error) === 'EINVAL') return false;
		throw error;
	} finally {
		rmdirSync(folder);
	}
}
