import type {Machine} from '../../container/machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {logFolder} from '../../container/start/detached.ts';
import {errnoOf} from '../../host/errno.ts';
import {followFile} from '../../host/files/followed-file.ts';
import {type PathWatch, watchPath} from '../../host/watch/watch-path.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import {containerFolder, readRecord} from '../../state/record.ts';
import {type LineCutter, lineCutter} from '../state/line-cutter.ts';
import {type OutputPlaces, type OutputStream, outputStreams} from './log-store.ts';

/** What a stream may give in a turn, or gave. */
export interface TurnBudget {
	readonly bytes: number;
	readonly lines: number;
}

/** One of the two files of a container's output, read from some place on. */
export interface LogStream {
	/** Reads up to this byte of the file; hands out lines as they end. Each is there until the next one is asked for. */
	readonly until: (end: number) => Generator<Buffer>;
	/** Hands on the next lines, as many as the budget allows, and little more; each is there until it returns. Gives what was read. */
	readonly next: (budget: TurnBudget, hand: (line: Buffer) => void) => TurnBudget;
	/** Bytes that are still to be read. */
	readonly behind: () => number;
	/** Passes over all but the last bytes; gives how many were passed over. */
	readonly skip: (keep: number) => number;
	/** What has no end yet, as a line. */
	readonly rest: LineCutter['rest'];
	readonly isOpen: LineCutter['isOpen'];
	readonly close: () => void;
}

/** A file of output that is being read, and what a feed has to know of it. */
export interface TailedStream {
	readonly service: string;
	readonly which: OutputStream;
	readonly stream: LogStream;
	/** Its container has another file by now, or none: it is read to its end and let go of. */
	isOld: boolean;
	/** Bytes that may be read of it at once, and when that was reckoned, ms of a clock that is never set. */
	allowance: number;
	allowedAt: number;
	/** When bytes were last read, ms of that clock. */
	grewAt: number;
}

/** A container whose output is read. */
export interface TailedContainer {
	/** The name that it was asked for by. */
	readonly name: string;
	/** The name of its folders. */
	readonly id: string;
	readonly folder: string;
	/** What is read; old ones too, until they are let go of. */
	readonly streams: () => readonly TailedStream[];
	/** Whether it has, or had, files of output. */
	readonly hasOutput: () => boolean;
	/** Opens its files at these bytes. */
	readonly open: (from: OutputPlaces) => void;
	/** Opens its files from their start where they are others than those that are read. */
	readonly look: () => void;
	/** Watches its folder, which may have been made anew. */
	readonly watch: () => void;
	/** Lets go of a file. */
	readonly drop: (one: TailedStream) => void;
	readonly close: () => void;
}

/** How the output of a container is read. */
export interface TailManner {
	/** Bytes after which a line is cut. */
	readonly longestLine: number;
	/** Bytes read at once. */
	readonly chunk: number;
	/** Lines keep their ends, and may be held. */
	readonly keepsEnds: boolean;
	/** Files that are there and can't be read are an error, and not as if they were removed. */
	readonly mustRead: boolean;
	/** How often the files are looked at where the kernel has no watch left, ms. */
	readonly pollMs: number;
	/** How long it is not listened after a change, ms. */
	readonly restMs: number;
}

/**
 * Reads the output of a container from some place on, and goes on when the container is removed and made anew.
 *
 * @param id - the name of its folders
 * @param name - the name that it was asked for by
 * @param grew - told when something in its folder changed
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
		// The second file is made last.
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
			// It was removed meanwhile: what made it anew is told of.
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
			// Its number is free for another file as soon as it is let go of.
			else if (now === undefined) inode = undefined;
		},
		watch: () => {
			watcher?.close();
			watcher = undefined;
			try {
				watcher = watchPath(folder, entry => entry !== 'marks' && grew(), manner.pollMs, manner.restMs);
			} catch (error) {
				// It is not there yet, or no more.
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

/** What lines of a container are told by; undefined where its record can't be read, or has no service. */
function labelIn({host, dirs}: Machine, id: string): string | undefined {
	try {
		const made = readRecord(host, containerFolder(dirs.state, id))?.detached?.made;
		return made === undefined ? undefined : labelOf(made);
	} catch (error) {
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}

/** Opens a file of output at a byte where a line begins. Throws the system's error. */
function logStream(path: string, from: number, {longestLine, chunk, keepsEnds}: TailManner): LogStream {
	const file = followFile(path, 'start');
	const cutter = lineCutter(longestLine, keepsEnds);
	/** One for all that is read: what is not in use any more would be collected late. */
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
