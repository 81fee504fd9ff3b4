import type {Machine} from '../../container/machine/machine.ts';
import {logFolder} from '../../container/machine/log-folder.ts';
import {setImmediate as immediate} from 'node:timers/promises';
import {type FollowedFile, followFile} from '../../host/files/followed-file.ts';
import type {Host} from '../../host/host.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import {lineCutter} from '../state/line-cutter.ts';
import {type OutputStream, outputStreams, readFreed} from './log-store.ts';
import type {LogPiece} from './read-logs.ts';

/** Bytes per read. */
const chunk = 64 * 1024;
/** Bytes a reader must be behind before this checks whether the front of the file was freed. */
const farBehind = 1024 * 1024;
/** How often to poll the files when no inotify watch is available, ms. */
const pollMs = 100;

/** How often to poll for new containers in that case, ms. */
const pollFolderMs = 500;

/** Receives bytes; settles when it can take more. */
export type TakeBytes = (bytes: Buffer) => Promise<void>;

/** Receives the output of a container. */
export interface OutputTaker {
	readonly stdout: TakeBytes;
	readonly stderr: TakeBytes;
	/** Called for bytes that `logging` freed before they were read. */
	readonly lost?: (stream: OutputStream, bytes: number) => void;
}

/** The followed output of a container. */
export interface FollowedOutput {
	/** Settles when all output so far has been delivered. */
	readonly caughtUp: () => Promise<void>;
	/** Delivers the remaining output, then closes the files. */
	readonly finish: () => Promise<void>;
	/** Closes the files at once. */
	readonly close: () => void;
}

/**
 * Delivers new output of a container unchanged, with inotify(7). Waits for a slow reader, and skips what `logging` has freed
 * meanwhile.
 *
 * @param from - deliver all output from the start of the files, or only new output
 * @throws the system error if the files cannot be opened
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
	// inotify does not report what was written before the watch.
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
			// Let signals and a close run even if there is always more to read.
			await immediate();
		}
	};
	/** Reads until the end of the file. */
	const pump = (): Promise<void> => (pumping ??= run().finally(() => (pumping = undefined)));
	return {
		pump,
		/** Settles when the output so far is delivered, even if more arrives meanwhile. */
		caughtUp: async (): Promise<void> => {
			const target = handed + (open ? file.behind() : 0);
			let more = true;
			// If the file was truncated, the target is never reached.
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

/** A container to follow, and the label of its lines. */
export interface FollowedContainer {
	readonly name: string;
	readonly label: string;
}

/** Receives lines. */
export interface LineTaker {
	readonly write: (piece: LogPiece) => void;
	/** Settles when it can take more. */
	readonly room: (stream: LogPiece['stream']) => Promise<void>;
	/** Called for bytes that `logging` freed before they were read. */
	readonly lost: (label: string, bytes: number) => void;
}

/** The followed lines of several containers. */
export interface FollowedLines {
	/** Checks whether a container was created or recreated. */
	readonly look: (label: string) => void;
	/** Settles when all lines of an ended container are delivered, including a last line without an end. */
	readonly ended: (label: string) => Promise<void>;
	/** Delivers the remaining lines, then closes the files. */
	readonly finish: () => Promise<void>;
}

/**
 * Delivers the new lines of existing containers, and all lines of containers that are created meanwhile. Keeps the files open,
 * so that the last lines are delivered even after the container's removal.
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
		// stderr is created after stdout: wait for both.
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

/** Bytes after which a line is cut, as an unfinished line stays in memory. */
const longestLine = 1024 * 1024;
/** The shortest time between two reports of lost output, ms. */
const tellEvery = 1000;

/** Follows one container's two streams as lines. */
function linesOf({host}: Machine, folder: string, service: string, take: LineTaker, from: 'start' | 'end'): Lines {
	const cutters = {stdout: lineCutter(longestLine, true), stderr: lineCutter(longestLine, true)};
	const hand = (stream: OutputStream, line: Buffer): void => {
		// A last line without an end gets one, so that the next container starts on a new line.
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
