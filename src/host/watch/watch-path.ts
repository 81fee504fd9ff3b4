import {type FSWatcher, statSync, watch} from 'node:fs';
import {errnoOf} from '../errno.ts';

/** What {@link watchPath} gives. */
export interface PathWatch {
	readonly close: () => void;
}

/** The kernel has no more of it: fs.inotify.max_user_instances and max_user_watches, or a descriptor; inotify_init(2). */
const exhausted = ['EMFILE', 'ENFILE', 'ENOSPC', 'ENOMEM'];

/**
 * Tells of changes at a file, or of the entries of a folder, as inotify(7) does. A user has 128 instances of it at first
 * (fs.inotify.max_user_instances), one for each process: where none is left, it is told at intervals that something may have
 * changed.
 *
 * @param changed - told the entry of the folder; null where that is not known, or nothing may have changed
 * @param pollMs - the interval, ms
 * @param restMs - for what may change all the time: after each change the kernel is not listened to for so many ms, and then
 * null is told. Taking an event takes longer than the write(2) that it tells of.
 * @throws the system's error for a path that is not there.
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
				// It is gone: nobody would tell of what is put in its place.
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
