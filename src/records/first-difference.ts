import type {Host} from '../host/host.ts';

/** Bytes that are compared at once. */
const piece = 1024 * 1024;

/** Where two files begin to differ. */
export interface ByteDifference {
	/** Offset, from 0, of the first byte that is not the same; where one is the start of the other, its length. */
	readonly firstByte: number;
	/** Bytes of the two. */
	readonly sizes: readonly [number, number];
}

/** Compares two files byte by byte; undefined where they are the same, or one of them is not there. */
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
