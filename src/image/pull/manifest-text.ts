import {isRegistry} from './source.ts';
import {inspectManifest, type Skopeo, type SkopeoRun, skopeo} from './skopeo.ts';

/**
 * The text of a manifest, by its digest where the source has that.
 *
 * @param source - as skopeo calls it; of a layout it may be the index that the manifest is in
 * @throws TsboxError as `skopeo`.
 */
export async function manifestText(tools: Skopeo, source: string, digest: string, run: SkopeoRun): Promise<string> {
	if (isLayout(source)) {
		const {layoutText} = await import('./layout-text.ts');
		const text = await layoutText(tools.host, source, digest);
		if (text !== undefined) return text;
	}
	return (await skopeo(tools, inspectManifest(source), run)).toString('utf8');
}

function isLayout(source: string): boolean {
	return !isRegistry(source) && source.startsWith('oci');
}
