/** Work that is done soon after it was asked for. */
export interface PacedWork {
	/** Asks for it: it is done once, however often it was asked for meanwhile. */
	readonly soon: () => void;
	/** It is done no more. */
	readonly stop: () => void;
}

/** Does work when it is asked for, but with at least so many ms between. */
export function atMostEvery(ms: number, work: () => void): PacedWork {
	let timer: NodeJS.Timeout | undefined;
	let isStopped = false;
	let last = -Infinity;
	const run = (): void => {
		timer = undefined;
		last = performance.now();
		work();
	};
	return {
		soon: () => {
			if (!isStopped) timer ??= setTimeout(run, Math.max(0, last + ms - performance.now()));
		},
		stop: () => {
			isStopped = true;
			clearTimeout(timer);
		},
	};
}
