import {namesIn, type Stats, statBelow} from '../../host/files/pinned.ts';
import {insideId, type UserMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {closeMerged, isWhiteout, mergedBelow, openMerged} from '../../image/store/merged-folder.ts';
import {type MergedTree, mergedTree} from './merged-tree.ts';

/**
 * The paths that a writable layer has only because something was mounted on them: mount points that the image did not have, and folders
 * above them that are new, or as the image has them, with nothing else in them. Without a slash at the beginning, one character a byte.
 *
 * @param tree - the image
 * @param points - the mount points, without a slash at the beginning
 * @param ids - the ids that the files of the layer have on the host, and those of the image have not
 */
export function leftByMounts(
	host: Host,
	tree: MergedTree,
	upper: string,
	points: readonly string[],
	ids?: UserMap,
): ReadonlySet<string> {
	const left = new Set(points.filter(point => point !== '' && tree.entry(point) === undefined));
	const own = mergedTree(host, [upper]);
	// Longer paths first, so that a folder is looked at after those in it.
	const above = new Set([...left].flatMap(foldersAbove).sort((a, b) => b.length - a.length));
	for (const folder of above) {
		const isOnlyAbove = own.list(folder).every(name => left.has(`${folder}/${name}`));
		if (isOnlyAbove && !hasWhiteouts(host, upper, folder) && isUnchanged(tree.stats(folder), own.stats(folder), ids))
			left.add(folder);
	}
	return new Set([...left].map(path => Buffer.from(path, 'utf8').toString('latin1')));
}

function isUnchanged(before: Stats | undefined, now: Stats | undefined, ids: UserMap | undefined): boolean {
	if (before === undefined || now === undefined) return true;
	const uid = ids === undefined ? now.uid : insideId(ids.uids, now.uid);
	const gid = ids === undefined ? now.gid : insideId(ids.gids, now.gid);
	return before.mode === now.mode && before.uid === uid && before.gid === gid;
}

function foldersAbove(path: string): readonly string[] {
	const parts = path.split('/');
	return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Whether the folder of a layer hides a name of the layers below it. */
function hasWhiteouts(host: Host, upper: string, path: string): boolean {
	let folder = openMerged(host, [upper]);
	try {
		for (const part of path.split('/')) {
			const next = mergedBelow(folder, part);
			if (next === undefined) return false;
			closeMerged(folder);
			folder = next;
		}
		return folder.parts.some(part =>
			namesIn(part.folder).some(name => {
				const stats = statBelow(part.folder, name);
				return stats !== undefined && isWhiteout(stats);
			}),
		);
	} finally {
		closeMerged(folder);
	}
}
