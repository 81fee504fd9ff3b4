import {isTsboxError} from '../../errors/tsbox-error.ts';
import {digestOfBytes} from '../../image/oci/manifest.ts';
import {isRegistry, skopeoSource} from '../../image/pull/source.ts';
import {allImages, allNames} from '../../image/store/images.ts';
import type {Machine} from '../machine/machine.ts';

/** A name of the store compared with its registry. */
export interface TagState {
	/** The complete name. */
	readonly name: string;
	/** What the name pointed to when it was pulled. */
	readonly here: string;
	/** What the tag points to now; null when the registry did not say. */
	readonly there: string | null;
	readonly state: 'current' | 'moved' | 'unknown';
	/** Why the registry did not say; null when it did. */
	readonly problem: string | null;
	/** When the registry was last asked before, milliseconds since the epoch. */
	readonly pulled: number;
}

/** How many registries are asked at the same time. */
const atOnce = 4;

/**
 * Asks registries which tags point to something else by now. Names with a digest cannot move, and are left out.
 *
 * @param names - complete names; by default all of the store but those of images that were made here
 */
export async function outdatedImages(
	machine: Machine,
	names: readonly string[] | undefined,
	signal?: AbortSignal,
): Promise<readonly TagState[]> {
	const {
		host,
		env = {},
		dirs: {store},
	} = machine;
	const {inspectManifest, skopeo} = await import('../../image/pull/skopeo.ts');
	const whole = new Set(allImages(host, store).map(({manifest}) => manifest));
	const asked = allNames(host, store).filter(
		({name, manifest, isLocal = false}) =>
			isRegistry(name) && !name.includes('@') && whole.has(manifest) && (names?.includes(name) ?? !isLocal),
	);
	const states: TagState[] = [];
	const left = [...asked.entries()];
	const worker = async (): Promise<void> => {
		for (let next = left.shift(); next !== undefined; next = left.shift()) {
			const [at, {name, digest: here, pulled}] = next;
			const known = {name, here, pulled};
			try {
				const words = inspectManifest(skopeoSource(host, name));
				const there = digestOfBytes(await skopeo({host, env}, words, {name, signal}));
				states[at] = {...known, there, state: there === here ? 'current' : 'moved', problem: null};
			} catch (error) {
				if (!isTsboxError(error) || error.code === 'E_INTERRUPTED' || error.code === 'E_HOST_UNSUPPORTED') throw error;
				states[at] = {...known, there: null, state: 'unknown', problem: error.why ?? error.message};
			}
		}
	};
	await Promise.all(Array.from({length: Math.min(atOnce, asked.length)}, worker));
	return states;
}
