import type {LayerProgress} from '../../image/pull/pull.ts';
import type {OciImage} from '../../image/store/facts.ts';
import type {Machine} from '../machine/machine.ts';
import {onceInStore} from './once-in-store.ts';

/** Options of {@link pullOnce}. */
export interface PullOptions {
	/** The folder with the copied tools. */
	readonly toolbox: string;
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((layers: readonly LayerProgress[]) => void) | undefined;
	/** Called when another process is pulling the image. */
	readonly tell: (text: string) => void;
}

/**
 * Pulls an image into the store. Of several pulls of the same image at the same time one works, and the others wait and find what it
 * unpacked.
 *
 * @throws TsboxError as `pullImage` and {@link onceInStore}.
 */
export async function pullOnce(machine: Machine, image: OciImage, options: PullOptions): Promise<void> {
	const {
		host,
		facts,
		limits,
		env = {},
		dirs: {store},
	} = machine;
	const {toolbox, signal, onProgress, tell} = options;
	const {pullImage} = await import('../../image/pull/pull.ts');
	const work = (): Promise<void> => pullImage(image, {host, facts, env, store, toolbox, limits, signal, onProgress});
	const waits = (): void => tell(`waiting for another pull of ${image.reference}`);
	await onceInStore(machine, `pull-${image.manifest.slice('sha256:'.length)}`, work, signal, waits);
}

/**
 * How far a pull is as one number: a byte counts half when it was fetched and half when it was unpacked.
 *
 * @returns `done` and `total` in bytes of the blobs, and the number of unpacked layers.
 */
export function pullProgress(layers: readonly LayerProgress[]): {done: number; total: number; entries: number} {
	const doneOf = ({state, done, total}: LayerProgress): number => {
		if (state === 'done') return total;
		if (state === 'unpacking') return total / 2 + done / 2;
		return state === 'fetched' ? total / 2 : done / 2;
	};
	return {
		done: Math.round(layers.reduce((all, layer) => all + doneOf(layer), 0)),
		total: layers.reduce((all, {total}) => all + total, 0),
		entries: layers.filter(({state}) => state === 'done').length,
	};
}
