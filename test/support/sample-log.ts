import type {FeedLine} from '../../src/project/logs/line-ring.ts';
import type {LogSource} from '../../src/tui/logs/log-state.ts';
import {sampleNow} from './sample-frame.ts';

/** An in-memory log that grows, drops old lines, and counts how often a line was read. */
export interface SampleLog extends LogSource {
	readonly asked: () => number;
	readonly add: (...texts: readonly string[]) => void;
	readonly drop: (count: number) => void;
}

/** A log of texts with one line per second up to {@link sampleNow}. `lineOf` overrides fields of a line. */
export function sampleLog(
	texts: readonly string[],
	lineOf: (seq: number) => Partial<Extract<FeedLine, {kind: 'line'}>> = () => ({}),
): SampleLog {
	let first = 0;
	let asked = 0;
	const kept: FeedLine[] = [];
	const began = sampleNow - texts.length * 1000;
	const add = (...more: readonly string[]): void => {
		for (const text of more) {
			const seq = first + kept.length;
			kept.push({kind: 'line', seq, service: 'web', stream: 'stdout', at: began + seq * 1000, text, ...lineOf(seq)});
		}
	};
	for (const text of texts) add(text);
	return {
		first: () => first,
		count: () => kept.length,
		at(index) {
			asked++;
			const line = kept[index];
			if (line === undefined) throw new RangeError(`there is no line ${index}`);
			return line;
		},
		indexAtTime(ms) {
			const index = kept.findIndex(line => (line.at ?? sampleNow) >= ms);
			return index === -1 ? kept.length : index;
		},
		asked: () => asked,
		add,
		drop(count) {
			kept.splice(0, count);
			first += count;
		},
	};
}
