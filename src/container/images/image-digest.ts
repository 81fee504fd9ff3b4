import type {Machine} from '../machine/machine.ts';

/**
 * The digest that the name of an image points to: in the store, else in its registry.
 *
 * @param reference - the complete name
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_PULL, E_HOST_UNSUPPORTED, E_INTERRUPTED.
 */
export async function imageDigest(
	{host, facts, env = {}, dirs: {store}}: Machine,
	reference: string,
	signal?: AbortSignal,
): Promise<string> {
	const {resolveImage} = await import('../../image/pull/resolve.ts');
	const request = {reference, pull: 'missing', remember: false, signal} as const;
	return (await resolveImage({host, facts, env, store}, request)).facts.digest;
}
