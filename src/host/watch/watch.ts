import {type PathWatch, watchPath} from './watch-path.ts';

/** What {@link waitUntil} watches, and how long. */
export interface Waiting {
	/** Files, or folders of which one entry counts. */
	readonly watched: readonly {readonly path: string; readonly entry?: string}[];
	/** The condition is looked at this often though nothing was reported, ms: not all that it depends on can be watched. */
	readonly recheckMs: number;
	/** How often where the kernel refuses a watch (fs.inotify.max_user_watches), ms. */
	readonly pollMs: number;
	/** The end of the wait, ms; without it there is none. */
	readonly withinMs?: number;
	/** Ends the wait. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until a condition holds, looking again whenever inotify(7) reports a change; false when the time is over or
 * the signal aborted.
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
		const look = (): void => {
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
					if (entry === undefined || name === null || name === entry) look();
				};
				watchers.push(watchPath(path, changed, pollMs));
			} catch {
				unwatched();
			}
		}
		signal?.addEventListener('abort', leave, {once: true});
		// The first look comes after the watches are there: what changes before it is seen, what changes after it reported.
		const tick = (): void => {
			look();
			if (!over) timer = setTimeout(tick, Math.max(0, Math.min(every, end - performance.now())));
		};
		tick();
	});
}
