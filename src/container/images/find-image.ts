import {resolve} from 'node:path';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {allImages, allNames, type NameRecord, type OciImageRecord} from '../../image/store/images.ts';
import {listImages, type StoredImage} from '../../image/store/list.ts';
import type {Machine} from '../machine/machine.ts';
import {imageReference} from './image-name.ts';

/** What a word of the command line stands for: an image, with its name if the word was one, or an archive in all its unpacked forms. */
export type FoundImage =
	| {readonly kind: 'image'; readonly image: OciImageRecord; readonly name: NameRecord | undefined}
	| {readonly kind: 'archive'; readonly digest: string; readonly forms: readonly StoredImage[]};

/** The minimum number of digits of a digest; fewer are probably a typo. */
const shortest = 4;

/** A name without what everybody leaves out: `docker.io/library/nginx:1.27` is `nginx:1.27`. */
export function shortName(name: string): string {
	return name.replace(/^docker\.io\/(library\/)?/, '');
}

/**
 * Finds an image of the store by its name, its digest, or what its tag points to, an archive by its digest or path. At least 4 digits of
 * a digest are enough, if no other begins with them.
 *
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE for digits with which several begin.
 */
export function findImage(machine: Machine, word: string, cwd: string): FoundImage {
	const {host, dirs} = machine;
	const names = allNames(host, dirs.store);
	const images = allImages(host, dirs.store);
	const reference = referenceOf(machine, word, cwd);
	const name = names.find(each => each.name === word || each.name === reference);
	const named = images.find(({manifest}) => manifest === name?.manifest);
	if (named !== undefined) return {kind: 'image', image: named, name};
	const archives = listImages(host, dirs.store, new Set());
	const byPath = archives.find(({archive}) => archive === resolve(cwd, word));
	const digests = matching(word, [
		...images.map(({manifest}) => manifest),
		...names.map(({digest}) => digest),
		...archives.map(({digest}) => digest),
	]);
	const targets = new Set(
		digests.flatMap(digest => [
			...names.filter(each => each.digest === digest).map(({manifest}) => manifest),
			...[...images.map(({manifest}) => manifest), ...archives.map(each => each.digest)].filter(
				each => each === digest,
			),
		]),
	);
	if (targets.size > 1)
		throw new TsboxError('E_USAGE', `${targets.size} images have a digest that begins with ${word}`, {
			hint: 'pass more digits',
		});
	const digest = [...targets][0] ?? byPath?.digest;
	const image = images.find(({manifest}) => manifest === digest);
	if (image !== undefined) return {kind: 'image', image, name: undefined};
	const forms = archives.filter(each => each.digest === digest);
	if (digest !== undefined && forms.length > 0) return {kind: 'archive', digest, forms};
	throw notFound(word, names);
}

/**
 * Finds an image as {@link findImage}, and refuses archives.
 *
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE.
 */
export function findOciImage(
	machine: Machine,
	word: string,
	cwd: string,
): Extract<FoundImage, {readonly kind: 'image'}> {
	const found = findImage(machine, word, cwd);
	if (found.kind === 'image') return found;
	throw new TsboxError('E_USAGE', `${word} is an archive that \`rootfs\` names, and has no layers`, {
		hint: `make it an image: \`tsbox images import ${found.forms[0]?.archive ?? 'FILE'} NAME:TAG\``,
	});
}

function matching(word: string, digests: readonly string[]): readonly string[] {
	const digits = word.replace(/^sha256[:-]/, '');
	if (!/^[0-9a-f]+$/.test(digits) || digits.length < shortest) return [];
	return digests.filter(digest => digest.startsWith(`sha256:${digits}`));
}

/** The complete name; undefined for a word that is none, such as the path of a file that is not there any more. */
function referenceOf(machine: Machine, word: string, cwd: string): string | undefined {
	try {
		return imageReference(machine, word, cwd);
	} catch (error) {
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}

function notFound(word: string, names: readonly NameRecord[]): TsboxError {
	const near = didYouMean(
		word,
		names.flatMap(({name}) => [shortName(name), name]),
	);
	return new TsboxError('E_IMAGE_NOT_FOUND', `the store has no image ${word}`, {
		hint:
			near === undefined
				? `see \`tsbox images\`, or fetch it with \`tsbox images pull ${word}\``
				: `did you mean ${near}?`,
	});
}
