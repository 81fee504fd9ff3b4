import {type FollowedFile, followFile} from '../../host/files/followed-file.ts';
import {type LineCutter, lineCutter} from '../state/line-cutter.ts';

/** Bytes after which a line is cut. */
const longestLine = 64 * 1024;
/** Bytes read at once. A file of very short lines has a line for every two of them. */
const chunk = 8 * 1024;

/** What a stream may give in a turn, or gave. */
export interface TurnBudget {
	readonly bytes: number;
	readonly lines: number;
}

/** One of the two files of a container's output, read from some place on. */
export interface LogStream {
	/** Reads up to this byte of the file; hands out lines as they end. Each is there until the next one is asked for. */
	readonly until: (end: number) => Generator<Buffer>;
	/** Hands on the next lines, as many as the budget allows, and little more; each is there until it returns. Gives what was read. */
	readonly next: (budget: TurnBudget, hand: (line: Buffer) => void) => TurnBudget;
	/** Bytes that are still to be read. */
	readonly behind: () => number;
	/** Passes over all but the last bytes; gives how many were passed over. */
	readonly skip: (keep: number) => number;
	/** What has no end yet, as a line. */
	readonly rest: LineCutter['rest'];
	readonly isOpen: LineCutter['isOpen'];
	readonly close: () => void;
}

/** Opens a file of output at a byte where a line begins. Throws the system's error. */
export function logStream(path: string, from: number): LogStream {
	const file: FollowedFile = followFile(path, 'start');
	const cutter = lineCutter(longestLine);
	/** One for all that is read: what is not in use any more would be collected late. */
	const room = Buffer.allocUnsafeSlow(chunk);
	let at = 0;
	const pass = (to: number): number => {
		const passed = file.skipTo(to);
		at += passed;
		return passed;
	};
	pass(from);
	const read = (most: number): Iterable<Buffer> | undefined => {
		const bytes = file.read(Math.min(chunk, most), room);
		at += bytes?.length ?? 0;
		return bytes === undefined ? undefined : cutter.cut(bytes);
	};
	return {
		*until(end) {
			while (at < end) {
				const lines = read(end - at);
				if (lines === undefined) return;
				yield* lines;
			}
		},
		next: (budget, hand) => {
			const start = at;
			let lines = 0;
			for (const end = at + budget.bytes; at < end && lines < budget.lines; ) {
				const ended = read(end - at);
				if (ended === undefined) break;
				for (const line of ended) {
					hand(line);
					lines += 1;
				}
			}
			return {lines, bytes: at - start};
		},
		behind: file.behind,
		skip: keep => {
			const passed = pass(at + Math.max(0, file.behind() - keep));
			if (passed > 0) cutter.tear();
			return passed;
		},
		rest: cutter.rest,
		isOpen: cutter.isOpen,
		close: file.close,
	};
}
