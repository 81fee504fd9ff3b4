import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {listImages, type StoredImage} from './list.ts';
import {imageFolder, makeStore, newWorkPath} from './store.ts';
import {removeStubborn} from './work-folder.ts';

/** The minimum number of digits of a digest; fewer are probably a typo. */
const shortest = 4;

/**
 * Removes an image in all its unpacked forms. A rename takes it out of the store, so that no process sees a partial image and a kill
 * leaves only what a sweep removes.
 *
 * @param wanted Its digest or a prefix of at least 4 digits, with or without `sha256:`.
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_IN_USE, E_USAGE when the prefix is ambiguous.
 */
export async function removeImage(
	host: Host,
	facts: HostFacts,
	store: string,
	wanted: string,
	inUse: ReadonlySet<string>,
): Promise<StoredImage> {
	const images = listImages(host, store, inUse);
	const image = findImage(images, wanted);
	const same = images.filter(({digest}) => digest === image.digest);
	if (same.some(({inUse: used}) => used)) {
		throw new TsboxError('E_IMAGE_IN_USE', `a container runs on the image ${image.digest}`, {
			hint: 'stop it with `tsbox down` first',
		});
	}
	for (const each of same) await removeFolder(host, facts, store, each);
	return image;
}

/** Removes all images that no container runs on, and returns them. */
export async function pruneImages(
	host: Host,
	facts: HostFacts,
	store: string,
	inUse: ReadonlySet<string>,
): Promise<readonly StoredImage[]> {
	const images = listImages(host, store, inUse).filter(image => !image.inUse);
	for (const image of images) await removeFolder(host, facts, store, image);
	return images;
}

function findImage(images: readonly StoredImage[], wanted: string): StoredImage {
	const digits = wanted.replace(/^sha256[:-]/, '');
	if (!/^[0-9a-f]+$/.test(digits) || digits.length < shortest) {
		throw new TsboxError('E_IMAGE_NOT_FOUND', `"${wanted}" is not a digest`, {
			hint: `pass at least ${shortest} digits of a digest that \`tsbox images\` lists`,
		});
	}
	const found = images.filter(({digest}) => digest.startsWith(`sha256:${digits}`));
	const [image] = found;
	if (image === undefined)
		throw new TsboxError('E_IMAGE_NOT_FOUND', `no stored image has the digest ${wanted}`, {hint: 'see `tsbox images`'});
	const digests = new Set(found.map(({digest}) => digest));
	if (digests.size > 1) {
		throw new TsboxError('E_USAGE', `${digests.size} images have a digest that begins with ${wanted}`, {
			hint: 'pass more digits',
		});
	}
	return image;
}

async function removeFolder(host: Host, facts: HostFacts, store: string, image: StoredImage): Promise<void> {
	makeStore(host, store);
	const work = newWorkPath(host, store);
	host.rename(imageFolder(store, image), work);
	await removeStubborn(host, facts, work);
}
