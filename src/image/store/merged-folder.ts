import type {Host} from '../../host/host.ts';
import {type Pinned, pin, pinBelow, type Stats, statBelow, unpin} from '../../host/files/pinned.ts';
import {opaqueFolders} from './lower.ts';

/** A folder as an overlay of layers shows it, held open. Names are looked up in each layer, and symlinks are never followed. */
export interface MergedFolder {
	/** The folders of the layers that have it, topmost first. */
	readonly parts: readonly Part[];
}

/** The folder of one layer. */
interface Part {
	readonly folder: Pinned;
	/** Its path in the layer, without a slash at its beginning: one character a byte, as in the record of the layer. */
	readonly path: string;
	/** Paths in the layer that hide what the layers below have there. */
	readonly opaque: ReadonlySet<string>;
}

/**
 * Opens the layers of a root filesystem. {@link closeMerged} closes them.
 *
 * @param lowers - the folders of the layers, topmost first
 * @throws the system's error.
 */
export function openMerged(host: Host, lowers: readonly string[]): MergedFolder {
	const parts: Part[] = [];
	try {
		for (const lower of lowers) parts.push({folder: pin(lower), path: '', opaque: opaqueFolders(host, lower)});
		return {parts};
	} catch (error) {
		closeMerged({parts});
		throw error;
	}
}

export function closeMerged({parts}: MergedFolder): void {
	for (const {folder} of parts) unpin(folder);
}

/** lstat(2) of a name in a merged folder; undefined when the overlay does not show it. */
export function statMerged({parts}: MergedFolder, name: Buffer | string): Stats | undefined {
	for (const {folder} of parts) {
		const stats = statBelow(folder, name);
		if (stats !== undefined) return isWhiteout(stats) ? undefined : stats;
	}
	return undefined;
}

/** Opens a folder in a merged one; undefined when the overlay shows no folder of that name. */
export function mergedBelow({parts}: MergedFolder, name: Buffer | string): MergedFolder | undefined {
	const found: Part[] = [];
	try {
		for (const {folder, path, opaque} of parts) {
			const stats = statBelow(folder, name);
			if (stats === undefined) continue;
			// Whatever is no folder, a whiteout too, hides what is below it.
			const next = stats.isDirectory() ? pinBelow(folder, name) : undefined;
			if (next === undefined) break;
			const part = {folder: next, path: `${path === '' ? '' : `${path}/`}${latin1(name)}`, opaque};
			found.push(part);
			if (opaque.has(part.path)) break;
		}
	} catch (error) {
		closeMerged({parts: found});
		throw error;
	}
	return found.length === 0 ? undefined : {parts: found};
}

/** Whether an entry of a layer says that the layers below do not have it: overlayfs.rst, "whiteouts and opaque directories". */
export function isWhiteout(stats: Stats): boolean {
	return stats.isCharacterDevice() && stats.rdev === 0;
}

function latin1(name: Buffer | string): string {
	return Buffer.from(name).toString('latin1');
}
