/** Whether no stop or removal of a container was requested after the start request that this function belongs to. */
export type Stands = (name: string) => boolean;

/**
 * Orders concurrent requests: after a request to stop or remove a container, an earlier request can no longer start it.
 */
export interface StartRequests {
	/** Call when a request to stop or remove these containers arrives; without names, all containers. */
	readonly end: (names?: readonly string[]) => void;
	/** Call when a request to start containers arrives. */
	readonly asked: () => Stands;
}

/** Makes {@link StartRequests}. */
export function startRequests(): StartRequests {
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

/** Makes a queue that runs work one at a time, in order of arrival. */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
	let last: Promise<unknown> = Promise.resolve();
	return work => {
		const turn = last.then(work);
		last = turn.catch(() => {});
		return turn;
	};
}
