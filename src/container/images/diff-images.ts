import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {compareMerged, type TreeComparison} from '../../image/tree/compare-merged.ts';
import {writableLayers} from '../copy/diff.ts';
import {containerNames, findContainer} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage} from './find-image.ts';
import {storedLayers} from './stored-layers.ts';

/** What differs between two images, or an image and a container. */
export interface ImageDifference extends TreeComparison {
	/** Files and their bytes in the tree that has them; a changed file's in the second one. Folders do not count. */
	readonly added: {readonly files: number; readonly bytes: number};
	readonly changed: {readonly files: number; readonly bytes: number};
	readonly removed: {readonly files: number; readonly bytes: number};
}

/**
 * Compares the files of two images, or of an image and a container with its writable layer.
 *
 * @param words - names or digests of images, or names of containers; an image counts where both have the name
 * @param cwd - where relative paths begin
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE, E_STATE, E_HOST_UNSUPPORTED, E_PERMISSION.
 */
export async function diffImages(
	machine: Machine,
	words: readonly [string, string],
	{cwd, signal}: {readonly cwd: string; readonly signal?: AbortSignal | undefined},
): Promise<ImageDifference> {
	const [one, other] = [await treeOf(machine, words[0], cwd, signal), await treeOf(machine, words[1], cwd, signal)];
	const comparison = compareMerged(machine.host, one.lowers, other.lowers, [...one.covered, ...other.covered]);
	const total = (change: 'A' | 'C' | 'D', side: 'before' | 'after') => {
		const files = comparison.changes.filter(each => each.change === change && each.isFile);
		return {files: files.length, bytes: files.reduce((all, each) => all + (each[side] ?? 0), 0)};
	};
	return {...comparison, added: total('A', 'after'), changed: total('C', 'after'), removed: total('D', 'before')};
}

async function treeOf(
	machine: Machine,
	word: string,
	cwd: string,
	signal: AbortSignal | undefined,
): Promise<{readonly lowers: readonly string[]; readonly covered: readonly string[]}> {
	try {
		const {image} = findOciImage(machine, word, cwd);
		return {lowers: await storedLayers(machine, image, signal), covered: []};
	} catch (error) {
		if (!isTsboxError(error) || error.code !== 'E_IMAGE_NOT_FOUND' || !containerNames(machine).includes(word))
			throw error;
	}
	const record = findContainer(machine, word);
	const {layers, covered} = writableLayers(machine, record);
	const [root] = layers.filter(({place}) => place === '');
	if (root === undefined || record.image.kind === 'host')
		throw new TsboxError('E_HOST_UNSUPPORTED', `${word} has no image to compare`, {
			why: 'its root is that of the host',
			hint: `see its changes with \`tsbox diff ${word}\``,
		});
	return {lowers: [root.upper, ...root.lowers], covered};
}
