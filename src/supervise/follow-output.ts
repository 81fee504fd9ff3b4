import {type FollowedFile, followFile} from '../host/followed-file.ts';
import type {Host} from '../host/host.ts';
import {watchPath} from '../host/watch.ts';
import {readFreed} from './log-offsets.ts';

/** Bytes handed on at once. */
const chunk = 64 * 1024;
/** How far behind a reader must be before it is looked whether the front of the file was given back to the disk. */
const farBehind = 1024 * 1024;
/** How often the files are looked at where the kernel refuses a watch, ms. */
const pollMs = 100;

/** Takes bytes; settles when more may come. */
export type TakeBytes = (bytes: Buffer) => Promise<void>;

/** What a container prints from now on, as it is. */
export interface FollowedOutput {
	/** Hands on what is still there, then lets go of the files. */
	readonly finish: () => Promise<void>;
	/** Lets go of the files at once. */
	readonly close: () => void;
}

/**
 * Hands on what is added to the two files of a container's output, as it comes: inotify(7) tells. A reader that is slow is
 * waited for, and what `logging` has let go of meanwhile is passed over. Throws the system's error for files that are not
 * there.
 */
export function followOutput(
	host: Host,
	folder: string,
	take: {readonly stdout: TakeBytes; readonly stderr: TakeBytes},
): FollowedOutput {
	const followers = (['stdout', 'stderr'] as const).map(stream =>
		follow(host, folder, stream, followFile(`${folder}/${stream}`), take[stream]),
	);
	const news = (): void => {
		for (const each of followers) void each.pump();
	};
	const watcher = watchPath(folder, news, pollMs);
	return {
		finish: async () => {
			watcher.close();
			await Promise.all(followers.map(each => each.pump()));
			for (const each of followers) each.close();
		},
		close: () => {
			watcher.close();
			for (const each of followers) each.close();
		},
	};
}

function follow(host: Host, folder: string, stream: string, file: FollowedFile, take: TakeBytes) {
	let pumping: Promise<void> | undefined;
	let open = true;
	const run = async (): Promise<void> => {
		while (open) {
			if (file.behind() > farBehind) file.skipTo(readFreed(host, folder)[stream] ?? 0);
			const bytes = file.read(chunk);
			if (bytes === undefined) return;
			await take(bytes);
		}
	};
	return {
		/** Settles when nothing is left to be read. */
		pump: (): Promise<void> => (pumping ??= run().finally(() => (pumping = undefined))),
		close: (): void => {
			if (open) file.close();
			open = false;
		},
	};
}
