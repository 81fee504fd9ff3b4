import type {Host} from '../../host/host.ts';
import {type LogMark, parseMarks} from './log-marks.ts';
import {keptFrom} from './log-offsets.ts';

/** Bytes read at once: of very short lines there are half as many in it. */
const chunk = 64 * 1024;
/** Bytes of marks that are read at most; a busy container makes 30 bytes each 50 ms. */
const mostMarks = 4 * 1024 * 1024;

/** Gives others a turn now and then. */
export type Turn = () => Promise<void>;

/**
 * Shares so many bytes between files: small ones are had whole, large ones get the same each.
 *
 * @returns how much of the end of each
 */
export function shareOut(sizes: readonly number[], total: number): readonly number[] {
	const shares = sizes.map(() => 0);
	let left = total;
	const smallFirst = [...sizes.keys()].toSorted((one, other) => (sizes[one] ?? 0) - (sizes[other] ?? 0));
	for (const [place, index] of smallFirst.entries()) {
		const share = Math.min(sizes[index] ?? 0, Math.floor(left / (sizes.length - place)));
		shares[index] = share;
		left -= share;
	}
	return shares;
}

/** Where a line begins in the end of a file from which on there are at most so many bytes and lines. */
export async function tailFrom(
	host: Host,
	folder: string,
	stream: 'stdout' | 'stderr',
	{size, bytes, lines}: {readonly size: number; readonly bytes: number; readonly lines: number},
	turn: Turn,
): Promise<number> {
	const path = `${folder}/${stream}`;
	const least = Math.max(keptFrom(host, folder, stream), size - bytes);
	let found = 0;
	let earliest = size;
	for (let end = size; end > least; end = Math.max(least, end - chunk)) {
		const start = Math.max(least, end - chunk);
		const read = host.readBytes(path, start, end - start);
		if (read === undefined) return size;
		for (let at = read.lastIndexOf(10); at !== -1; at = at === 0 ? -1 : read.lastIndexOf(10, at - 1)) {
			if (start + at + 1 === size) continue;
			earliest = start + at + 1;
			found += 1;
			if (found === lines) return earliest;
		}
		await turn();
	}
	// What was cut off by its size begins within a line, most likely; what is one line throughout is taken as it is.
	return least === size - bytes && least > 0 && earliest < size ? earliest : least;
}

/** The marks of a container from the one on that these places lie before, oldest first; of a long file the last ones. */
export async function marksFrom(
	host: Host,
	folder: string,
	places: {readonly stdout: number; readonly stderr: number},
	turn: Turn,
): Promise<readonly LogMark[]> {
	const path = `${folder}/marks`;
	const size = host.lstat(path)?.size ?? 0;
	const parts: (readonly LogMark[])[] = [];
	let torn = '';
	for (let end = size; end > 0 && size - end < mostMarks; end = Math.max(0, end - chunk)) {
		const start = Math.max(0, end - chunk);
		const text = (host.readBytes(path, start, end - start)?.toString('latin1') ?? '') + torn;
		const line = start === 0 ? 0 : text.indexOf('\n') + 1;
		torn = text.slice(0, line);
		const marks = parseMarks(text.slice(line));
		parts.push(marks);
		const first = marks[0];
		if (first !== undefined && first.stdout <= places.stdout && first.stderr <= places.stderr) break;
		await turn();
	}
	return parts.toReversed().flat();
}
