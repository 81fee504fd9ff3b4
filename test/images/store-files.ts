import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';

/** The folders of a store that hold images, or what is made of them. */
const folders = ['blobs/sha256', 'lower', 'manifests', 'names', 'images', 'tmp', 'locks'];

/** What a store has of images: one line for each blob, layer, record, unpacked archive, work folder, and lock. */
export function storeFiles(store: string): readonly string[] {
	return folders.flatMap(folder =>
		existsSync(join(store, folder)) ? readdirSync(join(store, folder)).map(name => `${folder}/${name}`) : [],
	);
}
