import type {Measure} from '../../view/text/look.ts';
import type {Pattern} from './log-pattern.ts';
import type {LogSource} from './log-state.ts';
import {shownText} from './log-text.ts';

/** Selected lines of a source in order, by `seq`. */
export interface Selection {
	readonly count: number;
	/** The `seq` of the line at an index of the selection. */
	readonly seqAt: (index: number) => number;
	/** The index of the first line whose `seq` is at least this. */
	readonly indexFrom: (seq: number) => number;
}

/** Criteria to select lines. */
export interface Criteria {
	/** A line must match all of them. */
	readonly patterns: readonly Pattern[];
	/** Also select the markers of skipped output. */
	readonly withSkipped: boolean;
}

/** The `seq` of each match so far, from index `start` on, and the `seq` of the next line to check. */
interface Found {
	seqs: number[];
	start: number;
	next: number;
}

const mostIndexes = 4;
const compactFrom = 4096;
const indexes = new WeakMap<LogSource, Map<string, Found>>();

/** All lines of a source. */
export function allLines(source: LogSource): Selection {
	const first = source.first();
	const count = source.count();
	return {
		count,
		seqAt: index => first + index,
		indexFrom: seq => Math.min(count, Math.max(0, seq - first)),
	};
}

/**
 * The lines of a source that meet the criteria. Matches are stored per source, so that each line is checked once.
 * Matches that the source has dropped are forgotten.
 */
export function matchingLines(source: LogSource, criteria: Criteria, width: Measure): Selection {
	const found = foundIn(source, criteria);
	extend(found, source, criteria, width);
	const {seqs, start} = found;
	return {
		count: seqs.length - start,
		seqAt: index => seqs[start + index] ?? 0,
		indexFrom: seq => lowerBound(seqs, seq, start) - start,
	};
}

function foundIn(source: LogSource, {patterns, withSkipped}: Criteria): Found {
	const own = indexes.get(source) ?? new Map<string, Found>();
	indexes.set(source, own);
	const key = JSON.stringify([withSkipped, ...patterns.map(pattern => pattern.source)]);
	const found = own.get(key) ?? {seqs: [], start: 0, next: 0};
	// Keep the most recently used entry at the end, because the first ones are evicted.
	own.delete(key);
	own.set(key, found);
	for (const old of own.keys()) if (own.size > mostIndexes) own.delete(old);
	return found;
}

function extend(found: Found, source: LogSource, {patterns, withSkipped}: Criteria, width: Measure): void {
	const first = source.first();
	const end = first + source.count();
	for (let seq = Math.max(found.next, first); seq < end; seq++) {
		const line = source.at(seq - first);
		if (line.kind === 'skipped') {
			if (withSkipped) found.seqs.push(seq);
			continue;
		}
		const text = shownText(line.text, width);
		if (patterns.every(pattern => pattern.isIn(text))) found.seqs.push(seq);
	}
	found.next = end;
	found.start = lowerBound(found.seqs, first, found.start);
	if (found.start < compactFrom || found.start * 2 < found.seqs.length) return;
	found.seqs = found.seqs.slice(found.start);
	found.start = 0;
}

function lowerBound(numbers: readonly number[], wanted: number, from: number): number {
	let low = from;
	let high = numbers.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((numbers[middle] ?? 0) < wanted) low = middle + 1;
		else high = middle;
	}
	return low;
}
