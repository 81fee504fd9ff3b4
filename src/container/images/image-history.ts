import {readMaking} from '../../image/oci/history.ts';
import {blobText} from '../../image/store/blobs.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage} from './find-image.ts';
import {layerFacts} from './inspect-image.ts';

/** One step of how an image was made. */
export interface HistoryStep {
	/** The number of its layer, the base's being 1; null for a step that made none. */
	readonly layer: number | null;
	/** The layer's diff id; null for a step that made none. */
	readonly diffId: string | null;
	/** Bytes of the unpacked layer; null for a step without one, and for a layer that is not unpacked. */
	readonly bytes: number | null;
	/** Milliseconds since the epoch; null when the image does not say. */
	readonly created: number | null;
	/** The command, as whoever made the image wrote it; empty when the image does not say. */
	readonly createdBy: string;
	readonly comment: string;
}

/**
 * How an image was made, as it says itself, the newest step first. Layers that its history does not have are at the end of the base.
 *
 * @param cwd - where relative paths begin
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE.
 */
export async function imageHistory(machine: Machine, word: string, cwd: string): Promise<readonly HistoryStep[]> {
	const {host, dirs} = machine;
	const {image} = findOciImage(machine, word, cwd);
	const layers = layerFacts(machine, image);
	const {history} = readMaking(blobText(host, dirs.store, image.config) ?? '');
	const told = history.filter(({isEmpty}) => !isEmpty).length;
	// Tools that squash or import leave steps out, and the newest ones are those that are told.
	const untold = Array.from({length: Math.max(0, layers.length - told)}, () => ({
		createdBy: '',
		comment: '',
		isEmpty: false,
		created: undefined,
	}));
	let at = 0;
	const steps = [...untold, ...history].map(({created = null, createdBy, comment, isEmpty}): HistoryStep => {
		const layer = isEmpty ? undefined : layers[at];
		if (layer !== undefined) at += 1;
		return {
			layer: layer === undefined ? null : at,
			diffId: layer?.diffId ?? null,
			bytes: layer?.unpacked ?? null,
			created,
			createdBy,
			comment,
		};
	});
	return steps.toReversed();
}
