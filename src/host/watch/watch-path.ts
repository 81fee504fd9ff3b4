import {type FSWatcher, statSync, watch} from 'node:fs';
import {errnoOf} from '../errno.ts';

/** An active watch. */
export interface PathWatch {
	readonly close: () => void;
}

/** Errnos when the kernel has no resources left: fs.inotify.max_user_instances, max_user_watches, or descriptors; inotify_init(2). */
const exhausted = ['EMFILE', 'ENFILE', 'ENOSPC', 'ENOMEM'];

/**
 * Reports changes of a file, or of a folder's entries, through inotify(7). A user has 128 inotify instances by default
 * (fs.inotify.max_user_instances), one for each process. A process that gets none reports a possible change at intervals
 * instead.
 *
 * @param changed - called with the changed entry of the folder; with null when it is unknown, or possibly nothing changed
 * @param pollMs - the interval, ms
 * @param restMs - for files that change all the time: after each change the watch pauses for so many ms and then reports null.
 * Handling an event takes longer than the write(2) behind it.
 * @throws the system's error for a path that does not exist.
 */
export function watchPath(
	path: string,
	changed: (entry: string | null) => void,
	pollMs: number,
	restMs = 0,
): PathWatch {
	let timer: NodeJS.Timeout | undefined;
	const poll = (): void => void (timer ??= setInterval(() => changed(null), pollMs));
	let watcher: FSWatcher | undefined;
	const listen = (): void => {
		try {
			watcher = watch(path, (_, entry) => {
				if (restMs > 0) rest();
				changed(entry);
			});
			watcher.on('error', poll);
		} catch (error) {
			if (!exhausted.includes(errnoOf(error) ?? '')) throw error;
			statSync(path);
			poll();
		}
	};
	const rest = (): void => {
		watcher?.close();
		timer = setTimeout(() => {
			timer = undefined;
			try {
				listen();
			} catch {
				// The path is gone, and without a watch nothing reports its replacement.
			}
			changed(null);
		}, restMs);
	};
	listen();
	return {
		close: () => {
			watcher?.close();
			clearInterval(timer);
		},
	};
}
