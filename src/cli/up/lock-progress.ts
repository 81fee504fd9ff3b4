import {bytes as size} from '../../spec/values/bytes.ts';
import type {Io} from '../verb/io.ts';
import {tell} from '../output/tell.ts';

/** Delay before the first progress line of a tree, and between lines, in ms. */
const pause = 2000;

/** Prints the progress of reading large trees on standard error. */
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
