import type {Machine} from '../../container/machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {logFolder} from '../../container/start/detached.ts';
import {errnoOf} from '../../host/errno.ts';
import {type PathWatch, watchPath} from '../../host/watch/watch-path.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import {idOf} from '../../state/alias.ts';
import {containerFolder, readRecord} from '../../state/record.ts';
import {type LogStream, logStream} from './log-stream.ts';

/** The two files of a container's output. */
export const outputStreams = ['stdout', 'stderr'] as const;
/** One of {@link outputStreams}. */
export type OutputStream = (typeof outputStreams)[number];

/** A file of output that is being read, and what a feed has to know of it. */
export interface FedStream {
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

/** A container of which a feed shows the output. */
export interface FedContainer {
	/** The name that it was asked for by. */
	readonly name: string;
	/** The name of its folders. */
	readonly id: string;
	readonly folder: string;
	/** What is read; old ones too, until they are let go of. */
	readonly streams: () => readonly FedStream[];
	/** Whether it has, or had, files of output. */
	readonly hasOutput: () => boolean;
	/** Opens its files at these bytes. */
	readonly open: (from: Readonly<Record<OutputStream, number>>) => void;
	/** Opens its files from their start where they are others than those that are read. */
	readonly look: () => void;
	/** Watches its folder, which may have been made anew. */
	readonly watch: () => void;
	/** Lets go of a file. */
	readonly drop: (one: FedStream) => void;
	readonly close: () => void;
}

/** How often the files are looked at where the kernel has no watch left, ms. */
const pollMs = 200;
/** How long it is not listened after a change, ms: a feed reads no sooner again. */
const restMs = 50;

/**
 * A container as a feed follows it.
 *
 * @param grew - told when something in its folder changed
 */
export function fedContainer(machine: Machine, name: string, grew: () => void): FedContainer {
	const {host, dirs} = machine;
	const id = idOf(host, dirs.state, name) ?? name;
	const folder = logFolder(machine, id);
	let streams: readonly FedStream[] = [];
	let inode: number | undefined;
	let wasThere = false;
	let watcher: PathWatch | undefined;
	const open: FedContainer['open'] = from => {
		const now = host.lstat(`${folder}/stdout`)?.ino;
		// The second file is made last.
		if (now === undefined || host.lstat(`${folder}/stderr`) === undefined) return;
		const service = labelIn(machine, id) ?? name;
		try {
			for (const which of outputStreams) {
				const stream = logStream(`${folder}/${which}`, from[which]);
				streams = [...streams, {service, which, stream, isOld: false, allowance: 0, allowedAt: -Infinity, grewAt: 0}];
			}
			inode = now;
			wasThere = true;
		} catch (error) {
			// It was removed meanwhile: what made it anew is told of.
			if (errnoOf(error) === undefined) throw error;
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
				watcher = watchPath(folder, entry => entry !== 'marks' && grew(), pollMs, restMs);
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
