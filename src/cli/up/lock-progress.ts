import {bytes as size} from '../../spec/values/bytes.ts';
import type {Io} from '../verb/io.ts';
import {tell} from '../output/tell.ts';

/** How long a tree is read before anything is said of it, and then between two lines, ms. */
const pause = 2000;

/** Tells on standard error how far the reading of large trees is. */
export function lockProgress(io: Io): (tree: string, bytes: number) => void {
	let told = io.now();
	let files = 0;
	let read = 0;
	let last = '';
	return (tree, bytes) => {
		if (tree !== last) [last, files, read] = [tree, 0, 0];
		files += 1;
		read += bytes;
		if (io.now() - told < pause) return;
		told = io.now();
		tell(io, `reading ${tree}: ${files} files, ${size(read)} so far`);
	};
}
