/** Something that came at a time, ms since the epoch; undefined for what nobody dated, which is the latest. */
interface Dated {
	readonly at: number | undefined;
}

/**
 * Puts several histories together in the order of time. Each keeps its own order, and none is read further than is handed
 * out: output may be larger than memory.
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
		// Lines come in runs: the others are looked at again only when one of them is due.
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

/** The next of a history, none at its end. */
function headOf<T extends Dated>(history: Iterator<T>): readonly Head<T>[] {
	const {done, value} = history.next();
	return done === true ? [] : [{history, value, time: value.at ?? Infinity}];
}
