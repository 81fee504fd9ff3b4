import type {ImageParts} from '../../image/store/unneeded.ts';
import {imageFolderName} from '../../image/store/store.ts';
import {shownName} from '../../state/alias.ts';
import {allRecords} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';

/** The containers that run, or may run again, on images of the store. */
export interface ImageUsers {
	/** Names of containers, by the folder of an unpacked archive. */
	readonly archives: ReadonlyMap<string, readonly string[]>;
	/** Names of containers, by the digest of a manifest. */
	readonly images: ReadonlyMap<string, readonly string[]>;
	/** What the containers' images are made of. */
	readonly parts: readonly ImageParts[];
}

/** Finds the containers that use images. A container that has ended counts until it is removed. */
export function imageUsers(machine: Machine): ImageUsers {
	const archives = new Map<string, readonly string[]>();
	const images = new Map<string, readonly string[]>();
	const parts: ImageParts[] = [];
	for (const {image, name} of allRecords(machine)) {
		const shown = shownName(machine.host, machine.dirs.state, name);
		const add = (to: Map<string, readonly string[]>, key: string): void =>
			void to.set(key, [...(to.get(key) ?? []), shown]);
		if (image.kind === 'archive') add(archives, imageFolderName(image));
		if (image.kind !== 'image') continue;
		add(images, image.manifest);
		parts.push(image);
	}
	return {archives, images, parts};
}
