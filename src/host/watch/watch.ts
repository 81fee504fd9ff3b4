import {type PathWatch, watchPath} from './watch-path.ts';

/** Options of {@link waitUntil}. */
export interface Waiting {
	/** Files, or folders with the one entry that matters. */
	readonly watched: readonly {readonly path: string; readonly entry?: string}[];
	/** How often the condition is checked without a report, ms: not everything that it depends on can be watched. */
	readonly recheckMs: number;
	/** How often it is checked when the kernel refuses a watch (fs.inotify.max_user_watches), ms. */
	readonly pollMs: number;
	/** The timeout, ms; undefined: none. */
	readonly withinMs?: number;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until a condition holds, and checks it whenever inotify(7) reports a change. False after the timeout or when the signal aborts.
 * Throws what the condition throws.
 */
export function waitUntil(
	holds: () => boolean,
	{watched, recheckMs, pollMs, withinMs, signal}: Waiting,
): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const watchers: PathWatch[] = [];
		const end = withinMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + withinMs;
		let every = recheckMs;
		let timer: NodeJS.Timeout | undefined;
		let over = false;
		const finish = (settle: () => void): void => {
			over = true;
			clearTimeout(timer);
			for (const watcher of watchers) watcher.close();
			signal?.removeEventListener('abort', leave);
			settle();
		};
		const leave = (): void => finish(() => resolve(false));
		const check = (): void => {
			if (over) return;
			if (signal?.aborted === true) return leave();
			try {
				if (holds()) finish(() => resolve(true));
				else if (performance.now() >= end) finish(() => resolve(false));
			} catch (error) {
				finish(() => reject(error as Error));
			}
		};
		const unwatched = (): void => void (every = pollMs);
		for (const {path, entry} of watched) {
			try {
				const changed = (name: string | null): void => {
					if (entry === undefined || name === null || name === entry) check();
				};
				watchers.push(watchPath(path, changed, pollMs));
			} catch {
				unwatched();
			}
		}
		signal?.addEventListener('abort', leave, {once: true});
		// The first check comes after the watches are set up, so that no change in between is missed.
		const tick = (): void => {
			check();
			if (!over) timer = setTimeout(tick, Math.max(0, Math.min(every, end - performance.now())));
		};
		tick();
	});
}
