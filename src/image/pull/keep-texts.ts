import {TsboxError} from '../../errors/tsbox-error.ts';
import {digestOfBytes} from '../oci/manifest.ts';
import {hasBlob, keepBlob} from '../store/blobs.ts';
import {manifestText} from './manifest-text.ts';
import {inspectConfig, type Skopeo, skopeo} from './skopeo.ts';

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
	const run = {name: reference, signal};
	const texts = [
		[manifest, async () => manifestText(tools, source, manifest, run)],
		[config, async () => (await skopeo(tools, inspectConfig(source), run)).toString('utf8')],
	] as const;
	for (const [digest, read] of texts) {
		if (hasBlob(host, store, digest)) continue;
		const text = await read();
		if (digestOfBytes(text) !== digest)
			throw new TsboxError('E_IMAGE_INVALID', `the registry of ${reference} sent other bytes than before`, {
				why: `they do not have the digest ${digest}`,
				hint: 'try again',
			});
		keepBlob(host, store, digest, text);
	}
}
