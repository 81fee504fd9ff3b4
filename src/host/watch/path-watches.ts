import {type PathWatch, watchPath} from './watch-path.ts';

/** Watches for a changing set of paths, each under its own key. */
export interface PathWatches {
	/** Watches a path unless its key is already watched. Does nothing when the path does not exist. See {@link watchPath}. */
	readonly add: (key: string, path: string, changed: (entry: string | null) => void) => void;
	/** Stops a watch, so that the next `add` of its key watches the new file. */
	readonly drop: (key: string) => void;
	/** Stops all watches but these. */
	readonly keep: (keys: ReadonlySet<string>) => void;
	readonly close: () => void;
}

/**
 * Creates an empty set of watches.
 *
 * @param pollMs - see {@link watchPath}
 */
export function pathWatches(pollMs: number): PathWatches {
	const open = new Map<string, PathWatch>();
	const drop = (key: string): void => {
		open.get(key)?.close();
		open.delete(key);
	};
	const keep = (keys: ReadonlySet<string>): void => {
		for (const key of open.keys()) if (!keys.has(key)) drop(key);
	};
	return {
		add: (key, path, changed) => {
			if (open.has(key)) return;
			try {
				open.set(key, watchPath(path, changed, pollMs));
			} catch {
				// The watch on its folder reports a path that is gone.
			}
		},
		drop,
		keep,
		close: () => keep(new Set()),
	};
}
