import {sealTools} from '../../host/programs/sealed-tools.ts';
import type {OciImageRecord} from '../../image/store/images.ts';
import {lowerTree, readLower} from '../../image/store/lower.ts';
import type {Machine} from '../machine/machine.ts';

/**
 * The folders of an image's layers with the owners that the image gives, topmost first. What only containers with other owners have unpacked is
 * unpacked again, from the blobs of the store.
 *
 * @throws TsboxError as `unpackLayer`.
 */
export async function storedLayers(
	{host, facts, limits, dirs: {store}}: Machine,
	{layers}: OciImageRecord,
	signal?: AbortSignal,
): Promise<readonly string[]> {
	const missing = layers.filter(layer => readLower(host, store, {diffId: layer.diffId}) === undefined);
	if (missing.length > 0) {
		const {unpackLayer} = await import('../../image/unpack/unpack-layer.ts');
		const toolbox = sealTools(host, facts, store);
		for (const layer of missing)
			await unpackLayer(
				{...layer, title: `layer ${layers.indexOf(layer) + 1}`},
				{host, facts, store, toolbox, limits, signal},
			);
	}
	return layers.map(({diffId}) => lowerTree(store, {diffId})).toReversed();
}
