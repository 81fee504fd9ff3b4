import {setImmediate as immediate} from 'node:timers/promises';
import {type FollowedFile, followFile} from '../../host/files/followed-file.ts';
import type {Host} from '../../host/host.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import {readFreed} from './log-offsets.ts';

/** Bytes handed on at once. */
const chunk = 64 * 1024;
/** How far behind a reader must be before it is looked whether the front of the file was given back to the disk. */
const farBehind = 1024 * 1024;
/** How often the files are looked at where the kernel has no watch left, ms. */
const pollMs = 100;

/** Takes bytes; settles when more may come. */
export type TakeBytes = (bytes: Buffer) => Promise<void>;

/** Who takes the output of a container. */
export interface OutputTaker {
	readonly stdout: TakeBytes;
	readonly stderr: TakeBytes;
	/** Told of bytes that were let go of before they could be handed on. */
	readonly lost?: (stream: 'stdout' | 'stderr', bytes: number) => void;
}

/** What a container prints, as it is. */
export interface FollowedOutput {
	/** Settles when what is there by now has been handed on. */
	readonly caughtUp: () => Promise<void>;
	/** Hands on what is still there, then lets go of the files. */
	readonly finish: () => Promise<void>;
	/** Lets go of the files at once. */
	readonly close: () => void;
}

/**
 * Hands on what is added to the two files of a container's output, as it comes: inotify(7) tells. A reader that is slow is
 * waited for, and what `logging` has let go of meanwhile is passed over. Throws the system's error for files that are not
 * there.
 *
 * @param from - all that is there, or only what comes from now on
 */
export function followOutput(
	host: Host,
	folder: string,
	take: OutputTaker,
	from: 'start' | 'end' = 'end',
): FollowedOutput {
	const files = {stdout: followFile(`${folder}/stdout`, from), stderr: followFile(`${folder}/stderr`, from)};
	const followers = (['stdout', 'stderr'] as const).map(stream => follow(host, folder, stream, files[stream], take));
	const news = (): void => {
		for (const each of followers) void each.pump();
	};
	const watcher = watchPath(folder, news, pollMs);
	// What was there before the watch was is told of by nobody.
	if (from === 'start') news();
	return {
		caughtUp: async () => void (await Promise.all(followers.map(each => each.caughtUp()))),
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

function follow(host: Host, folder: string, stream: 'stdout' | 'stderr', file: FollowedFile, take: OutputTaker) {
	let handed = 0;
	let handedOn = (): void => {};
	let pumping: Promise<void> | undefined;
	let open = true;
	const run = async (): Promise<void> => {
		while (open) {
			const lost = file.behind() > farBehind ? file.skipTo(readFreed(host, folder)[stream] ?? 0) : 0;
			if (lost > 0) take.lost?.(stream, lost);
			const bytes = file.read(chunk);
			if (bytes !== undefined) await take[stream](bytes);
			handed += lost + (bytes?.length ?? 0);
			handedOn();
			if (bytes === undefined) return;
			// Of a flood there is always more: signals and whoever ends it have their turn.
			await immediate();
		}
	};
	/** Settles when nothing is left to be read. */
	const pump = (): Promise<void> => (pumping ??= run().finally(() => (pumping = undefined)));
	return {
		pump,
		/** Settles when what is there now is handed on, whatever comes meanwhile. */
		caughtUp: async (): Promise<void> => {
			const target = handed + (open ? file.behind() : 0);
			let more = true;
			// Where the file was cut, the target never comes.
			while (open && more && handed < target)
				more = await Promise.race([
					pump().then(() => false),
					new Promise<boolean>(resolve => (handedOn = () => resolve(true))),
				]);
		},
		close: (): void => {
			if (open) file.close();
			open = false;
			handedOn();
		},
	};
}
