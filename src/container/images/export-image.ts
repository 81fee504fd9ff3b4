import {removeOwned} from '../../host/files/remove-owned.ts';
import {hold} from '../../image/store/hold.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage} from './find-image.ts';
import {mergedTar} from './merged-tar.ts';
import {storedLayers} from './stored-layers.ts';
import {type OutputPlace, writeOut} from './write-out.ts';

/**
 * Writes the files of an image, all layers together, as a tar. A jailed tar reads them through an overlay.
 *
 * @param cwd - where relative paths begin
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE, E_COPY_PATH, E_STEP_FAILED, E_HOST_UNSUPPORTED, E_INTERRUPTED.
 */
export async function exportImage(
	machine: Machine,
	word: string,
	place: OutputPlace,
	{cwd, signal}: {readonly cwd: string; readonly signal?: AbortSignal | undefined},
): Promise<void> {
	const {
		host,
		facts,
		dirs: {store},
	} = machine;
	const {image} = findOciImage(machine, word, cwd);
	const layers = image.layers.map(({diffId}) => diffId);
	const work = hold(host, store, {blobs: image.layers.map(({digest}) => digest), layers});
	try {
		const lowers = await storedLayers(machine, image, signal);
		await writeOut(host, mergedTar(machine, {lowers, work, title: word, signal}), place, {work, signal});
	} finally {
		await removeOwned(host, facts, work);
	}
}
