import {type OwnerIds, ownerOf} from '../host/files/owners.ts';

/** uid and gid remapping applied to a copied tree. Other owners stay. */
export interface OwnerChange {
	readonly from: OwnerIds;
	readonly to: OwnerIds;
}

/** Remaps the owner of `path` to new ids; undefined to keep the owner. */
export function ownersTo(path: string, to: OwnerIds | null): OwnerChange | undefined {
	return to === null ? undefined : {from: ownerOf(path), to};
}

/** The owner of a file after the change. */
export function changedOwner({uid, gid}: OwnerIds, change: OwnerChange | undefined): OwnerIds {
	if (change === undefined) return {uid, gid};
	const {from, to} = change;
	return {uid: uid === from.uid ? to.uid : uid, gid: gid === from.gid ? to.gid : gid};
}

/** The reverse change. It makes untouched copies equal to those of a run that kept the owners. */
export function changeBack(change: OwnerChange | undefined): OwnerChange | undefined {
	return change && {from: change.to, to: change.from};
}
