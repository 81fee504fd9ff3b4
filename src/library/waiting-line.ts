/** Somebody who waits for a turn. */
export interface Waiting<T> {
	readonly give: (value: T) => void;
	readonly refuse: (error: unknown) => void;
}

/** Those who wait for their turns, first come first served. */
export interface WaitingLine<T> {
	readonly length: () => number;
	/** Settles with what is given when it is this one's turn; an abort of the signal leaves the line, with its reason. */
	readonly join: (signal?: AbortSignal) => Promise<T>;
	/** Whose turn it is; undefined where nobody waits. */
	readonly next: () => Waiting<T> | undefined;
	readonly all: () => readonly Waiting<T>[];
}

/** A line in which nobody waits yet; `next` and `all` take out of it. */
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
