import {layerEntries} from '../../image/tree/layer-entries.ts';
import {type LayerChange, type LayerEffect, LayerStack, type WastedPath} from '../../image/tree/stack-layers.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage} from './find-image.ts';
import {imageHistory} from './image-history.ts';
import {storedLayers} from './stored-layers.ts';

/** A layer of an image, and what it does to those below it. */
export interface TreeLayer extends LayerEffect {
	/** 1 is the base. */
	readonly layer: number;
	readonly diffId: string;
	/** The command that made it, as the image says; empty when it does not. */
	readonly createdBy: string;
}

/** What each layer of an image does, and what of it nobody sees. */
export interface ImageTree {
	/** Digest of the manifest. */
	readonly digest: string;
	/** Bytes of all files in all layers. */
	readonly bytes: number;
	/** Bytes of files that later layers change or remove. */
	readonly wasted: number;
	/** The base first. */
	readonly layers: readonly TreeLayer[];
	/** The paths of which most bytes are wasted, the largest first. */
	readonly wastedPaths: readonly WastedPath[];
	/** Folders that could not be read. */
	readonly unread: readonly string[];
}

/** How many wasted paths are told. */
const mostWasted = 100;

/**
 * Looks at the files of each layer of an image: what it adds, changes, and removes.
 *
 * @param cwd - where relative paths begin
 * @param depth - how many folders deep changes are listed; what is below counts for the folder
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE, and as `unpackLayer` for a layer that is not unpacked.
 */
export async function imageTree(
	machine: Machine,
	word: string,
	{cwd, depth, signal}: {readonly cwd: string; readonly depth: number; readonly signal?: AbortSignal | undefined},
): Promise<ImageTree> {
	const {image} = findOciImage(machine, word, cwd);
	const history = await imageHistory(machine, word, cwd);
	const folders = (await storedLayers(machine, image, signal)).toReversed();
	const stack = new LayerStack();
	const unread: string[] = [];
	const layers = folders.map((folder, at): TreeLayer => {
		const tree = layerEntries(machine.host, folder);
		unread.push(...tree.unread);
		const effect = stack.add(tree.entries);
		return {
			layer: at + 1,
			diffId: image.layers[at]?.diffId ?? '',
			createdBy: history.find(({layer}) => layer === at + 1)?.createdBy ?? '',
			...effect,
			changes: cut(effect.changes, depth),
		};
	});
	return {
		digest: image.manifest,
		bytes: layers.reduce((all, {added, changed}) => all + added.bytes + changed.bytes, 0),
		wasted: layers.reduce((all, {hidden}) => all + hidden, 0),
		layers,
		wastedPaths: stack.wasted().slice(0, mostWasted),
		unread,
	};
}

function cut(changes: readonly LayerChange[], depth: number): readonly LayerChange[] {
	return depth <= 0 ? [] : changes.map(change => ({...change, below: cut(change.below, depth - 1)}));
}
