import {sealTools} from '../../host/programs/sealed-tools.ts';
import type {LayerProgress} from '../../image/pull/pull.ts';
import type {Machine} from '../machine/machine.ts';
import {pullOnce} from '../start/pull-once.ts';

/** Options of {@link pullNamed}. */
export interface NamedPull {
	/** `os/architecture[/variant]`; this machine's by default. */
	readonly platform?: string | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Called when it is known what will be fetched. */
	readonly onResolved?: ((layers: readonly {readonly digest: string; readonly size: number}[]) => void) | undefined;
	readonly onProgress?: ((layers: readonly LayerProgress[]) => void) | undefined;
	/** Called with a message for people, such as that another process pulls the same image. */
	readonly tell: (text: string) => void;
}

/** What {@link pullNamed} found. */
export interface PulledName {
	/** The complete name. */
	readonly name: string;
	/** What the registry's tag points to. */
	readonly digest: string;
	/** Digest of the manifest. */
	readonly manifest: string;
	/** The store had all of it, under this name. */
	readonly isSame: boolean;
}

/**
 * Asks the registry for an image, and fetches and unpacks what the store does not have. An interrupted pull goes on layer by layer.
 *
 * @param reference - the complete name: container/images/image-name.ts
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_INVALID, E_IMAGE_PULL, E_HOST_UNSUPPORTED, E_INTERRUPTED, and as `pullOnce`.
 */
export async function pullNamed(machine: Machine, reference: string, options: NamedPull): Promise<PulledName> {
	const {
		host,
		facts,
		env = {},
		dirs: {store},
	} = machine;
	const {platform, signal, onResolved, onProgress, tell} = options;
	const {resolveImage} = await import('../../image/pull/resolve.ts');
	const request = {reference, pull: 'always', platform, remember: true, signal} as const;
	const {facts: image} = await resolveImage({host, facts, env, store}, request);
	const {digest, manifest, stored} = image;
	if (!stored) {
		onResolved?.(image.layers);
		await pullOnce(machine, image, {toolbox: sealTools(host, facts, store), signal, onProgress, tell});
	}
	return {name: reference, digest, manifest, isSame: stored};
}
