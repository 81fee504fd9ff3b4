import {CopyTarget} from './copy-target.ts';
import {findOwner} from './find-owner.ts';
import type {LayerWork} from './layer-work.ts';
import type {MergedTree} from './merged-tree.ts';

/**
 * The tar of the layer that a WORKDIR makes, without its end mark: the folders that are missing, with the user of the stage as their
 * owner. Without entries when all are there.
 *
 * @throws TsboxError E_BUILD when the user does not exist.
 */
export async function* workdirLayer(
	{path, user, place}: {readonly path: string; readonly user?: string; readonly place: string},
	onto: MergedTree,
	work: LayerWork,
): AsyncIterable<Buffer> {
	const probe = new CopyTarget(onto, {uid: 0, gid: 0, mtime: work.now}, work);
	const folder = probe.resolve(path.slice(1));
	if (probe.hasFolder(folder)) return;
	const owner = user === undefined ? {uid: 0, gid: 0} : findOwner(onto, user, place);
	yield new CopyTarget(onto, {...owner, mtime: work.now}, work).folders(folder);
}
