import {removeOwned} from '../../host/files/remove-owned.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {isRegistry} from '../../image/pull/source.ts';
import {blobsOf, layoutFiles} from '../../image/transfer/layout.ts';
import {hold} from '../../image/store/hold.ts';
import {blobsFolder} from '../../image/store/store.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage, shortName} from './find-image.ts';
import {newImageName} from './image-name.ts';

/** The longest that skopeo may print nothing while it sends a large layer, ms. */
const patience = 30 * 60_000;

/**
 * Sends an image to its registry with skopeo: the same manifest, configuration, and layers, so that all digests stay.
 *
 * @param destination - the name there; by default the image's own
 * @param cwd - where relative paths begin
 * @returns the complete name there, and the digest of the manifest
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_INVALID, E_IMAGE_PULL, E_USAGE, E_HOST_UNSUPPORTED, E_INTERRUPTED.
 */
export async function pushImage(
	machine: Machine,
	word: string,
	destination: string | undefined,
	{cwd, signal}: {readonly cwd: string; readonly signal?: AbortSignal | undefined},
): Promise<{readonly name: string; readonly digest: string}> {
	const {
		host,
		facts,
		env = {},
		dirs: {store},
	} = machine;
	const {image, name: known} = findOciImage(machine, word, cwd);
	const name = destination === undefined ? known?.name : newImageName(destination);
	if (name === undefined || !isRegistry(name) || name.includes('@'))
		throw new TsboxError('E_USAGE', `${word} does not say where to push it`, {
			hint: `pass a name: \`tsbox images push ${shortName(word)} REGISTRY/NAME:TAG\``,
		});
	const skopeo = await import('../../image/pull/skopeo.ts');
	const work = hold(host, store, {blobs: blobsOf(image), layers: []});
	try {
		for (const [file, text] of Object.entries(layoutFiles(host, store, [{image, names: []}])))
			host.writeWhole(`${work}/${file}`, text, 0o600);
		const words = skopeo.pushImage(work, blobsFolder(store), `docker://${name}`);
		await skopeo.skopeo({host, env, patience}, words, {name, signal, work: 'push'});
	} finally {
		await removeOwned(host, facts, work);
	}
	return {name, digest: image.manifest};
}
