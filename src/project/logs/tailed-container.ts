import type {Machine} from '../../container/machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {logFolder} from '../../container/machine/log-folder.ts';
import {errnoOf} from '../../host/errno.ts';
import {followFile} from '../../host/files/followed-file.ts';
import {type PathWatch, watchPath} from '../../host/watch/watch-path.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import {containerFolder, readRecord} from '../../state/record.ts';
import {type LineCutter, lineCutter} from '../state/line-cutter.ts';
import {type OutputPlaces, type OutputStream, outputStreams} from './log-store.ts';

/** How much a stream may read in a turn, or has read. */
export interface TurnBudget {
	readonly bytes: number;
	readonly lines: number;
}

/** A reader of one output file. */
export interface LogStream {
	/** Reads lines up to this offset. Each line is valid until the next one is read. */
	readonly until: (end: number) => Generator<Buffer>;
	/** Reads about as much as the budget allows; returns how much. Each line is valid only during `hand`. */
	readonly next: (budget: TurnBudget, hand: (line: Buffer) => void) => TurnBudget;
	/** The bytes left to read. */
	readonly behind: () => number;
	/** Skips all but the last `keep` bytes; returns how many were skipped. */
	readonly skip: (keep: number) => number;
	/** Takes out the unfinished line. */
	readonly rest: LineCutter['rest'];
	readonly isOpen: LineCutter['isOpen'];
	readonly close: () => void;
}

/** An output file that is being read, and the state that a feed keeps about it. */
export interface TailedStream {
	readonly service: string;
	readonly which: OutputStream;
	readonly stream: LogStream;
	/** The container has a new file or is removed: this one is read to its end and closed. */
	isOld: boolean;
	/** Bytes that may be read at once, and when that was computed, ms of a monotonic clock. */
	allowance: number;
	allowedAt: number;
	/** When bytes were last read, ms of the same clock. */
	grewAt: number;
}

/** A reader of a container's output. */
export interface TailedContainer {
	/** The name under which it was requested. */
	readonly name: string;
	/** The name of its folders. */
	readonly id: string;
	readonly folder: string;
	/** The open streams, including old ones until they are dropped. */
	readonly streams: () => readonly TailedStream[];
	/** Whether it has, or had, output files. */
	readonly hasOutput: () => boolean;
	/** Opens its files at these offsets. */
	readonly open: (from: OutputPlaces) => void;
	/** Opens new files of the container from their start, and marks the streams of replaced files as old. */
	readonly look: () => void;
	/** Watches its folder, also after the folder was recreated. */
	readonly watch: () => void;
	/** Closes a stream. */
	readonly drop: (one: TailedStream) => void;
	readonly close: () => void;
}

/** Options for reading the output of a container. */
export interface TailManner {
	/** Bytes after which a line is cut. */
	readonly longestLine: number;
	/** Bytes per read. */
	readonly chunk: number;
	/** Lines include their ends and stay valid. */
	readonly keepsEnds: boolean;
	/** Files that exist but cannot be read are an error, instead of being treated as removed. */
	readonly mustRead: boolean;
	/** How often to poll the files when no inotify watch is available, ms. */
	readonly pollMs: number;
	/** How long changes are ignored after a reported change, ms. */
	readonly restMs: number;
}

/**
 * Makes a reader of a container's output that also follows the container when it is recreated.
 *
 * @param id - the name of its folders
 * @param name - the name under which it was requested
 * @param grew - called when a file in its log folder changed
 */
export function tailedContainer(
	machine: Machine,
	{id, name}: Pick<TailedContainer, 'id' | 'name'>,
	manner: TailManner,
	grew: () => void,
): TailedContainer {
	const {host} = machine;
	const folder = logFolder(machine, id);
	let streams: readonly TailedStream[] = [];
	let inode: number | undefined;
	let wasThere = false;
	let watcher: PathWatch | undefined;
	const open: TailedContainer['open'] = from => {
		const now = host.lstat(`${folder}/stdout`)?.ino;
		// stderr is created after stdout: wait for both.
		if (now === undefined || host.lstat(`${folder}/stderr`) === undefined) return;
		const service = labelIn(machine, id) ?? name;
		try {
			for (const which of outputStreams) {
				const stream = logStream(`${folder}/${which}`, from[which], manner);
				streams = [...streams, {service, which, stream, isOld: false, allowance: 0, allowedAt: -Infinity, grewAt: 0}];
			}
			inode = now;
			wasThere = true;
		} catch (error) {
			// The container was removed meanwhile. The watch reports a recreated one.
			if (errnoOf(error) === undefined || (manner.mustRead && errnoOf(error) !== 'ENOENT')) throw error;
			for (const one of streams) one.isOld = true;
		}
	};
	return {
		name,
		id,
		folder,
		streams: () => streams,
		hasOutput: () => wasThere || host.lstat(`${folder}/stdout`) !== undefined,
		open,
		look: () => {
			const now = host.lstat(`${folder}/stdout`)?.ino;
			if (now !== inode || now === undefined) for (const one of streams) one.isOld = true;
			if (now !== undefined && now !== inode) open({stdout: 0, stderr: 0});
			// Once the old file is closed, a new file may get the same inode number.
			else if (now === undefined) inode = undefined;
		},
		watch: () => {
			watcher?.close();
			watcher = undefined;
			try {
				watcher = watchPath(folder, entry => entry !== 'marks' && grew(), manner.pollMs, manner.restMs);
			} catch (error) {
				// The folder does not exist yet, or was removed.
				if (errnoOf(error) === undefined) throw error;
			}
		},
		drop: one => {
			one.stream.close();
			streams = streams.filter(each => each !== one);
		},
		close: () => {
			watcher?.close();
			for (const {stream} of streams) stream.close();
			streams = [];
		},
	};
}

/** The label of a container's lines; undefined if its record cannot be read or has no service. */
function labelIn({host, dirs}: Machine, id: string): string | undefined {
	try {
		const made = readRecord(host, containerFolder(dirs.state, id))?.detached?.made;
		return made === undefined ? undefined : labelOf(made);
	} catch (error) {
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}

/** Opens an output file at the start of a line. Throws the system error. */
function logStream(path: string, from: number, {longestLine, chunk, keepsEnds}: TailManner): LogStream {
	const file = followFile(path, 'start');
	const cutter = lineCutter(longestLine, keepsEnds);
	/** One reused buffer: garbage buffers would be collected late. */
	const room = keepsEnds ? undefined : Buffer.allocUnsafeSlow(chunk);
	let at = 0;
	const pass = (to: number): number => {
		const passed = file.skipTo(to);
		at += passed;
		return passed;
	};
	pass(from);
	const read = (most: number): Iterable<Buffer> | undefined => {
		const bytes = file.read(Math.min(chunk, most), room);
		at += bytes?.length ?? 0;
		return bytes === undefined ? undefined : cutter.cut(bytes);
	};
	return {
		*until(end) {
			while (at < end) {
				const lines = read(end - at);
				if (lines === undefined) return;
				yield* lines;
			}
		},
		next: (budget, hand) => {
			const start = at;
			let lines = 0;
			for (const end = at + budget.bytes; at < end && lines < budget.lines; ) {
				const ended = read(end - at);
				if (ended === undefined) break;
				for (const line of ended) {
					hand(line);
					lines += 1;
				}
			}
			return {lines, bytes: at - start};
		},
		behind: file.behind,
		skip: keep => {
			const passed = pass(at + Math.max(0, file.behind() - keep));
			if (passed > 0) cutter.tear();
			return passed;
		},
		rest: cutter.rest,
		isOpen: cutter.isOpen,
		close: file.close,
	};
}
