import type {Machine} from '../../container/machine/machine.ts';
import {logFolder} from '../../container/start/detached.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import {type FollowedOutput, followOutput} from './follow-output.ts';
import type {LogPiece} from './read-logs.ts';

/** How often it is looked for new containers where the kernel has no watch left, ms. */
const pollMs = 500;

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
	const watcher = watchPath(`${dirs.store}/logs`, changed, pollMs);
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
const streams = ['stdout', 'stderr'] as const;

/** One container's two streams, cut into lines. */
function linesOf({host}: Machine, folder: string, service: string, take: LineTaker, from: 'start' | 'end'): Lines {
	const rest: Record<(typeof streams)[number], Buffer> = {stdout: Buffer.alloc(0), stderr: Buffer.alloc(0)};
	/** The next bytes begin within a line of which the front is gone. */
	const torn = {stdout: false, stderr: false};
	const hand = (stream: (typeof streams)[number], bytes: Buffer): void =>
		take.write({service, stream, at: host.now(), bytes});
	// Whoever prints next begins a line of its own.
	const endLine = (stream: (typeof streams)[number]): void => {
		if (rest[stream].length > 0 && !torn[stream]) hand(stream, Buffer.concat([rest[stream], Buffer.from('\n')]));
		rest[stream] = Buffer.alloc(0);
	};
	const taker = (stream: (typeof streams)[number]) => (bytes: Buffer) => {
		let text = rest[stream].length === 0 ? bytes : Buffer.concat([rest[stream], bytes]);
		for (let end = text.indexOf(10); end !== -1; end = text.indexOf(10)) {
			if (!torn[stream]) hand(stream, text.subarray(0, end + 1));
			torn[stream] = false;
			text = text.subarray(end + 1);
		}
		rest[stream] = text;
		if (text.length > longestLine) endLine(stream);
		return take.room(stream);
	};
	let missing = 0;
	let toldAt = 0;
	const tellMissing = (): void => {
		if (missing > 0) take.lost(service, missing);
		missing = 0;
		toldAt = host.now();
	};
	const output: FollowedOutput = followOutput(
		host,
		folder,
		{
			stdout: taker('stdout'),
			stderr: taker('stderr'),
			lost: (stream, bytes) => {
				rest[stream] = Buffer.alloc(0);
				torn[stream] = true;
				missing += bytes;
				if (host.now() - toldAt > tellEvery) tellMissing();
			},
		},
		from,
	);
	const endLines = (): void => {
		tellMissing();
		for (const stream of streams) endLine(stream);
	};
	return {
		ended: () => output.caughtUp().then(endLines),
		finish: () => output.finish().then(endLines),
	};
}
