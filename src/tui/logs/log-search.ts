import type {Measure} from '../../view/text/look.ts';
import type {Pattern} from './log-pattern.ts';
import type {LogSource} from './log-state.ts';
import {shownText} from './log-text.ts';

/** Lines of a source in their order, by their numbers. */
export interface Selection {
	readonly count: number;
	/** The number of the line at an index of the selection. */
	readonly seqAt: (index: number) => number;
	/** The index of the first line whose number is not less than this. */
	readonly indexFrom: (seq: number) => number;
}

/** What a line must have to be selected. */
export interface Criteria {
	/** All of these. */
	readonly patterns: readonly Pattern[];
	/** Select the words on what was left out, too. */
	readonly withSkipped: boolean;
}

/** The lines that were found so far: their numbers from `start` on, and the number of the line to look at next. */
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
 * The lines of a source that meet the criteria. What was found is remembered with the source: each line is looked at once,
 * and what has fallen out of the source is forgotten.
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
	// The one that was used last is at the end.
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
