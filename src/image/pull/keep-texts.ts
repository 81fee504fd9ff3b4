import {TsboxError} from '../../errors/tsbox-error.ts';
import {digestOfBytes} from '../oci/manifest.ts';
import {hasBlob, keepBlob} from '../store/blobs.ts';
import {inspectConfig, inspectManifest, type Skopeo, skopeo} from './skopeo.ts';

/**
 * Fetches the manifest and the configuration of an image again if the store does not have them: a plan does not keep them, and `images
 * prune` may have removed them between the look at the registry and the pull.
 *
 * @throws TsboxError E_IMAGE_PULL, E_IMAGE_INVALID, E_HOST_UNSUPPORTED, E_INTERRUPTED.
 */
export async function keepTexts(
	tools: Skopeo & {readonly store: string},
	{
		reference,
		source,
		manifest,
		config,
	}: {readonly reference: string; readonly source: string; readonly manifest: string; readonly config: string},
	signal?: AbortSignal,
): Promise<void> {
	const {host, store} = tools;
	const texts = [
		[manifest, inspectManifest(source)],
		[config, inspectConfig(source)],
	] as const;
	for (const [digest, words] of texts) {
		if (hasBlob(host, store, digest)) continue;
		const bytes = await skopeo(tools, words, {name: reference, signal});
		if (digestOfBytes(bytes) !== digest)
			throw new TsboxError('E_IMAGE_INVALID', `the registry of ${reference} sent other bytes than before`, {
				why: `they do not have the digest ${digest}`,
				hint: 'try again',
			});
		keepBlob(host, store, digest, bytes.toString('utf8'));
	}
}
