import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {quoted} from '../../spec/model/parsed.ts';
import type {PullPolicy} from '../../spec/model/project.ts';
import {imageNameText, parseImageName} from '../../spec/image/image-name.ts';
import type {OciImage} from '../../image/store/facts.ts';
import {resolveImage} from '../../image/pull/resolve.ts';
import type {BaseImage} from '../plan/build-input.ts';
import {type Platform, platformText} from '../plan/platform.ts';
import {readOciConfig} from '../plan/read-oci-config.ts';

/** Looks images up for a build, each once, and remembers where their layers are. */
export interface BaseImages {
	readonly find: (name: string, platform: Platform) => Promise<BaseImage>;
	/** The image of a manifest that was found. */
	readonly byManifest: (manifest: string) => OciImage;
}

/**
 * Looks up images in the store and in their registries.
 *
 * @param platform - the platform of this machine
 */
export function baseImages(
	{host, facts, env = {}, dirs: {store}}: Machine,
	platform: Platform,
	pull: PullPolicy,
	signal: AbortSignal,
): BaseImages {
	const found = new Map<string, Promise<BaseImage>>();
	const byManifest = new Map<string, OciImage>();
	const look = async (reference: string, wanted: Platform): Promise<BaseImage> => {
		const isOwn = platformText(wanted) === platformText(platform);
		const resolved = await resolveImage(
			{host, facts, env, store},
			{reference, pull, ...(isOwn ? {} : {platform: platformText(wanted)}), remember: true, signal},
		);
		byManifest.set(resolved.facts.manifest, resolved.facts);
		return {reference, manifest: resolved.facts.manifest, config: readOciConfig(resolved.config, reference)};
	};
	return {
		find: async (name, wanted) => {
			const parsed = parseImageName(name);
			if (!parsed.ok)
				throw new TsboxError('E_DOCKERFILE', `the image ${quoted(name)} ${parsed.problem}`, {...hintOf(parsed)});
			const reference = imageNameText(parsed.value);
			const key = `${reference} ${platformText(wanted)}`;
			const before = found.get(key);
			if (before !== undefined) return before;
			const looking = look(reference, wanted);
			found.set(key, looking);
			return looking;
		},
		byManifest: manifest => {
			const image = byManifest.get(manifest);
			if (image === undefined) throw new RangeError(`no image ${manifest} was looked up`);
			return image;
		},
	};
}

function hintOf({hint}: {readonly hint?: string}): {readonly hint?: string} {
	return hint === undefined ? {} : {hint};
}
