import type {Host} from '../host/host.ts';

/** Bytes compared at once. */
const piece = 1024 * 1024;

/** The first difference between two files. */
export interface ByteDifference {
	/** Offset of the first different byte, from 0. If one file is the start of the other, this is its length. */
	readonly firstByte: number;
	/** The sizes of both files in bytes. */
	readonly sizes: readonly [number, number];
}

/** Compares two files byte by byte; undefined for equal files, and when one is missing. */
export function firstDifference(host: Host, one: string, other: string): ByteDifference | undefined {
	const [left, right] = [host.lstat(one), host.lstat(other)];
	if (left?.kind !== 'file' || right?.kind !== 'file') return undefined;
	for (let at = 0; ; at += piece) {
		const [before, after] = [host.readBytes(one, at, piece), host.readBytes(other, at, piece)];
		if (before === undefined || after === undefined) return undefined;
		if (!before.equals(after)) {
			const within = before.findIndex((byte, index) => byte !== after[index]);
			return {firstByte: at + (within === -1 ? before.length : within), sizes: [left.size, right.size]};
		}
		if (before.length === 0) return undefined;
	}
}
