import {type OwnerIds, ownerOf} from '../host/files/owners.ts';

/** Whose files become whose in a copy: the user and the group each for itself, all others stay. */
export interface OwnerChange {
	readonly from: OwnerIds;
	readonly to: OwnerIds;
}

/** Whom a folder or file belongs to becomes these; undefined where they stay. */
export function ownersTo(path: string, to: OwnerIds | null): OwnerChange | undefined {
	return to === null ? undefined : {from: ownerOf(path), to};
}

/** Who owns a file after the change. */
export function changedOwner({uid, gid}: OwnerIds, change: OwnerChange | undefined): OwnerIds {
	if (change === undefined) return {uid, gid};
	const {from, to} = change;
	return {uid: uid === from.uid ? to.uid : uid, gid: gid === from.gid ? to.gid : gid};
}

/** The change back: so that a file that was only copied is the same as in a run that left the owners as they are. */
export function changeBack(change: OwnerChange | undefined): OwnerChange | undefined {
	return change && {from: change.to, to: change.from};
}
