import type {Machine} from '../../container/machine/machine.ts';
import type {NewLine} from './line-ring.ts';
import {
	type LogMark,
	marksFrom,
	outputSizes,
	outputStreams,
	type OutputPlaces,
	tailFrom,
	type Turn,
} from './log-store.ts';
import type {TailedContainer, TailedStream} from './tailed-container.ts';

/** A line from the history. */
export type PastLine = Extract<NewLine, {kind: 'line'}>;

/** How much of the history to read. */
export interface HistoryWish {
	/** The last lines of each file. */
	readonly lines: number;
	/** The last bytes of all files. */
	readonly bytes: number;
	/** The last bytes of the marks of each container; the first of these marks dates all earlier lines. */
	readonly marks?: number;
	/** Selects lines of a container; by default all. */
	readonly pick?: (history: Iterable<PastLine>) => Iterable<PastLine>;
}

/**
 * Opens the output files of containers near their ends, and returns their lines ordered by time as far as the marks date them.
 *
 * @param turn - awaited between pieces of work
 */
export async function logHistory(
	{host}: Machine,
	containers: readonly TailedContainer[],
	{lines, bytes: most, marks: mostMarks, pick = history => history}: HistoryWish,
	turn: Turn,
): Promise<Iterable<PastLine>> {
	const sizes = containers.map(({folder}) => outputSizes(host, folder));
	const shares = shareOut(
		sizes.flatMap(({stdout, stderr}) => [stdout, stderr]),
		most,
	);
	const histories: Iterator<PastLine>[] = [];
	for (const [index, container] of containers.entries()) {
		const places = {stdout: 0, stderr: 0};
		const ends = sizes[index] ?? places;
		for (const [at, which] of outputStreams.entries()) {
			const bytes = shares[index * outputStreams.length + at] ?? 0;
			places[which] = await tailFrom(host, container.folder, which, {size: ends[which], bytes, lines}, turn);
		}
		const marks = await marksFrom(host, container.folder, places, turn, mostMarks);
		container.open(places);
		histories.push(pick(historyOf(container.streams(), marks, ends))[Symbol.iterator]());
		await turn();
	}
	return inTimeOrder(histories);
}

/** The lines of a container up to `ends`: a flood could add lines faster than they are read. */
function* historyOf(
	streams: readonly TailedStream[],
	marks: readonly LogMark[],
	ends: OutputPlaces,
): Generator<PastLine> {
	const last = {at: undefined, stdout: Infinity, stderr: Infinity};
	for (const mark of [...marks, last])
		for (const {service, which, stream} of streams)
			for (const text of stream.until(Math.min(mark[which], ends[which])))
				yield {kind: 'line', service, stream: which, at: mark.at, text};
}

/**
 * Divides a number of bytes between files: small files get all they need, large ones equal shares.
 *
 * @returns how many bytes to read from the end of each
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

/** Something with a time, ms since the epoch; undefined sorts last. */
interface Dated {
	readonly at: number | undefined;
}

/**
 * Merges histories by time. Keeps the order within each history, and does not read ahead: output may be larger than memory.
 */
export function* inTimeOrder<T extends Dated>(histories: readonly Iterator<T>[]): Generator<T> {
	const heads = histories.flatMap(history => headOf(history));
	while (heads.length > 0) {
		let first = 0;
		let second = Infinity;
		for (const [at, {time}] of heads.entries()) {
			const least = heads[first]?.time ?? Infinity;
			if (time < least) {
				second = least;
				first = at;
			} else if (at !== first && time < second) second = time;
		}
		const head = heads[first];
		if (head === undefined) return;
		// Lines come in runs: compare with the other histories only when one of them is due.
		do {
			yield head.value;
			const [next] = headOf(head.history);
			if (next === undefined) heads.splice(first, 1);
			else Object.assign(head, next);
			if (next === undefined) break;
		} while (head.time <= second);
	}
}

interface Head<T> {
	readonly history: Iterator<T>;
	value: T;
	time: number;
}

/** The next item of a history; empty at its end. */
function headOf<T extends Dated>(history: Iterator<T>): readonly Head<T>[] {
	const {done, value} = history.next();
	return done === true ? [] : [{history, value, time: value.at ?? Infinity}];
}
