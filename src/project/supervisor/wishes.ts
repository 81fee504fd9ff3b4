/** Tells whether nobody has wanted a container of this name to end since the request came that holds it. */
export type Stands = (name: string) => boolean;

/**
 * Which of several requests holds that are carried out at the same time: a container that somebody wants to end is not started
 * by who asked for it before.
 */
export interface Wishes {
	/** To be called when a request comes that ends containers of these names; without names, all. */
	readonly end: (names?: readonly string[]) => void;
	/** To be called when a request comes that starts some. */
	readonly asked: () => Stands;
}

/** Makes {@link Wishes}. */
export function makeWishes(): Wishes {
	let count = 0;
	let endOfAll = 0;
	const ends = new Map<string, number>();
	return {
		end: names => {
			count += 1;
			if (names === undefined) endOfAll = count;
			else for (const name of names) ends.set(name, count);
		},
		asked: () => {
			const since = count;
			return name => Math.max(endOfAll, ends.get(name) ?? 0) <= since;
		},
	};
}

/** Has one piece of work done after the other, in the order in which they came. */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
	let last: Promise<unknown> = Promise.resolve();
	return work => {
		const turn = last.then(work);
		last = turn.catch(() => {});
		return turn;
	};
}
