import type {Machine} from '../../container/machine/machine.ts';
import {logFolder} from '../../container/start/detached.ts';
import {setImmediate as immediate} from 'node:timers/promises';
import {type FollowedFile, followFile} from '../../host/files/followed-file.ts';
import type {Host} from '../../host/host.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import {lineCutter} from '../state/line-cutter.ts';
import {type OutputStream, outputStreams, readFreed} from './log-store.ts';
import type {LogPiece} from './read-logs.ts';

/** Bytes handed on at once. */
const chunk = 64 * 1024;
/** How far behind a reader must be before it is looked whether the front of the file was given back to the disk. */
const farBehind = 1024 * 1024;
/** How often the files are looked at where the kernel has no watch left, ms. */
const pollMs = 100;

/** How often it is looked for new containers there, ms. */
const pollFolderMs = 500;

/** Takes bytes; settles when more may come. */
export type TakeBytes = (bytes: Buffer) => Promise<void>;

/** Who takes the output of a container. */
export interface OutputTaker {
	readonly stdout: TakeBytes;
	readonly stderr: TakeBytes;
	/** Told of bytes that were let go of before they could be handed on. */
	readonly lost?: (stream: OutputStream, bytes: number) => void;
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
	const followers = outputStreams.map(stream => follow(host, folder, stream, files[stream], take));
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

function follow(host: Host, folder: string, stream: OutputStream, file: FollowedFile, take: OutputTaker) {
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

/** A container that is followed, and what its lines are told by. */
export interface FollowedContainer {
	readonly name: string;
	readonly label: string;
}

/** What takes lines. */
export interface LineTaker {
	readonly write: (piece: LogPiece) => void;
	/** Settles when more may come. */
	readonly room: (stream: LogPiece['stream']) => Promise<void>;
	/** Told of bytes that `logging` let go of before they could be handed on. */
	readonly lost: (label: string, bytes: number) => void;
}

/** Lines of several containers, as they come. */
export interface FollowedLines {
	/** Looks whether a container is there by now, or is another one. */
	readonly look: (label: string) => void;
	/** Settles when all that a container printed that has just ended was handed on, a last line without an end too. */
	readonly ended: (label: string) => Promise<void>;
	/** Hands on all that is still there, and lets go. */
	readonly finish: () => Promise<void>;
}

/**
 * Hands on, line by line, what containers print from now on: of those that are made meanwhile all, of those that are there
 * what is added. The files are held open, so that what a container printed last is had after its removal too.
 */
export function followLines(
	machine: Machine,
	containers: readonly FollowedContainer[],
	take: LineTaker,
): FollowedLines {
	const {host, dirs} = machine;
	const open = new Map<string, {readonly inode: number; readonly lines: Lines}>();
	const endings: Promise<void>[] = [];
	const look = (one: FollowedContainer, from: 'start' | 'end' = 'start'): void => {
		const folder = logFolder(machine, one.name);
		const inode = host.lstat(`${folder}/stdout`)?.ino;
		// The second file is made last.
		if (inode === undefined || host.lstat(`${folder}/stderr`) === undefined) return;
		const before = open.get(one.name);
		if (before?.inode === inode) return;
		if (before !== undefined) endings.push(before.lines.finish());
		open.set(one.name, {inode, lines: linesOf(machine, folder, one.label, take, from)});
	};
	host.mkdirs(`${dirs.store}/logs`, 0o700);
	const changed = (name: string | null): void => {
		for (const one of containers) if (name === null || one.name === name) look(one);
	};
	const watcher = watchPath(`${dirs.store}/logs`, changed, pollFolderMs);
	for (const one of containers) look(one, 'end');
	return {
		look: label => {
			for (const one of containers) if (one.label === label) look(one);
		},
		ended: async label => {
			const name = containers.find(one => one.label === label)?.name;
			await open.get(name ?? '')?.lines.ended();
		},
		finish: async () => {
			watcher.close();
			for (const one of containers) look(one);
			await Promise.all([...endings, ...[...open.values()].map(({lines}) => lines.finish())]);
		},
	};
}

interface Lines {
	readonly ended: () => Promise<void>;
	readonly finish: () => Promise<void>;
}

/** Bytes after which a line is cut, as it has to be kept until its end comes. */
const longestLine = 1024 * 1024;
/** It is told at most this often that output is missing, ms. */
const tellEvery = 1000;

/** One container's two streams, cut into lines. */
function linesOf({host}: Machine, folder: string, service: string, take: LineTaker, from: 'start' | 'end'): Lines {
	const cutters = {stdout: lineCutter(longestLine, true), stderr: lineCutter(longestLine, true)};
	const hand = (stream: OutputStream, line: Buffer): void => {
		// Whoever prints next begins a line of its own.
		const bytes = line.at(-1) === 10 ? line : Buffer.concat([line, Buffer.from('\n')]);
		take.write({service, stream, at: host.now(), bytes});
	};
	const taker = (stream: OutputStream) => (bytes: Buffer) => {
		for (const line of cutters[stream].cut(bytes)) hand(stream, line);
		return take.room(stream);
	};
	let missing = 0;
	let toldAt = 0;
	const tellMissing = (): void => {
		if (missing > 0) take.lost(service, missing);
		missing = 0;
		toldAt = host.now();
	};
	const lost = (stream: OutputStream, bytes: number): void => {
		cutters[stream].tear();
		missing += bytes;
		if (host.now() - toldAt > tellEvery) tellMissing();
	};
	const output = followOutput(host, folder, {stdout: taker('stdout'), stderr: taker('stderr'), lost}, from);
	const endLines = (): void => {
		tellMissing();
		for (const stream of outputStreams) {
			const line = cutters[stream].rest();
			if (line !== undefined) hand(stream, line);
		}
	};
	return {
		ended: () => output.caughtUp().then(endLines),
		finish: () => output.finish().then(endLines),
	};
}
