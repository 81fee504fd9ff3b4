/** Rate-limited work. */
export interface PacedWork {
	/** Schedules the work. Calls before it runs are merged into one. */
	readonly soon: () => void;
	/** Cancels scheduled work and ignores later calls. */
	readonly stop: () => void;
}

/** Runs work on request, with at least `ms` milliseconds between two runs. */
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
