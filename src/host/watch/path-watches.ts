import {type PathWatch, watchPath} from './watch-path.ts';

/** Watches of what comes and goes, each under a key of its own. */
export interface PathWatches {
	/** Watches a path, unless its key is watched; nothing where it is not there. As {@link watchPath}. */
	readonly add: (key: string, path: string, changed: (entry: string | null) => void) => void;
	/** Has a key be watched anew the next time that it is added: it is another thing by now. */
	readonly drop: (key: string) => void;
	/** Watches none but these any more. */
	readonly keep: (keys: ReadonlySet<string>) => void;
	readonly close: () => void;
}

/**
 * Watches that follow what there is.
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
				// One that is gone is told of by its folder.
			}
		},
		drop,
		keep,
		close: () => keep(new Set()),
	};
}
