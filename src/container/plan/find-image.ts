import type {RangeMap} from '../../host/id-map.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import {imageFacts} from '../../image/store/facts-of.ts';
import type {ImageConfig} from '../../spec/model/image-config.ts';
import type {Service} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../machine/machine.ts';
import type {PlanOptions} from './plan-container.ts';

/** The root filesystem of a service, and of an image what it says about its containers. */
export interface FoundImage {
	readonly image: ImageFacts;
	readonly config?: ImageConfig;
}

/**
 * Finds the root filesystem that a service asks for: an archive by its digest, an image in the store or in its registry, of which only
 * manifest and configuration are fetched.
 *
 * @throws TsboxError as `imageFacts`, `resolveImage`, and `readImageConfig`.
 */
export async function findImage(
	{host, facts, env = {}, dirs: {store}}: Machine,
	{rootfs}: Service,
	ids: RangeMap | undefined,
	options: PlanOptions,
): Promise<FoundImage> {
	const {dry = false, signal} = options;
	if (rootfs.kind !== 'image') {
		const image = await imageFacts(host, store, rootfs, {
			remember: !dry,
			makeMinimal: !dry || options.forScript === true,
			...present({ids, signal, onRead: options.onRead}),
		});
		return {image};
	}
	const {resolveImage} = await import('../../image/pull/resolve.ts');
	const {readImageConfig} = await import('../../image/oci/read-config.ts');
	const {reference, pull, platform, built} = rootfs;
	// Before this, an image of a `build` was built, or pulled if its policy asks for that.
	const request = {reference, pull: built === true ? ('build' as const) : pull, platform, ids, remember: !dry, signal};
	const found = await resolveImage({host, facts, store, env}, request);
	return {image: found.facts, config: readImageConfig(found.config, reference)};
}
