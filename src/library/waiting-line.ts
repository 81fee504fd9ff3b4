/** A caller that waits for its turn. */
export interface Waiting<T> {
	readonly give: (value: T) => void;
	readonly refuse: (error: unknown) => void;
}

/** A queue of callers, first come, first served. */
export interface WaitingLine<T> {
	readonly length: () => number;
	/** Joins the queue and resolves with the value given. Aborting the signal leaves the queue and rejects with its reason. */
	readonly join: (signal?: AbortSignal) => Promise<T>;
	/** Takes the first caller out of the queue. */
	readonly next: () => Waiting<T> | undefined;
	readonly all: () => readonly Waiting<T>[];
}

/** Creates an empty queue. `next` and `all` remove callers from it. */
export function waitingLine<T>(): WaitingLine<T> {
	const line: Waiting<T>[] = [];
	return {
		length: () => line.length,
		join: signal =>
			new Promise((resolve, reject) => {
				const forget = (): void => signal?.removeEventListener('abort', stop);
				const waiting: Waiting<T> = {
					give: value => {
						forget();
						resolve(value);
					},
					refuse: error => {
						forget();
						reject(error);
					},
				};
				const stop = (): void => {
					line.splice(line.indexOf(waiting), 1);
					reject(signal?.reason);
				};
				signal?.addEventListener('abort', stop, {once: true});
				line.push(waiting);
			}),
		next: () => line.shift(),
		all: () => line.splice(0),
	};
}
