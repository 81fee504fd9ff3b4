import type {Machine} from '../../container/machine/machine.ts';
import {setImmediate as immediate, setTimeout as delay} from 'node:timers/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {logFolder} from '../../container/start/detached.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {watchPath} from '../../host/watch/watch-path.ts';
import {isMeant, labelOf} from '../../spec/keys/replicas.ts';
import {type ContainerRecord, stateOf} from '../../state/record.ts';
import {inTimeOrder} from './in-time-order.ts';
import {parseMarks} from './log-marks.ts';
import {keptFrom, lastLinesFrom} from './log-offsets.ts';
import type {ProjectTarget} from '../state/target.ts';

/** One line that a container printed. */
export interface LogPiece {
	readonly service: string;
	readonly stream: 'stdout' | 'stderr';
	/** When it came, ms since the epoch; undefined where nobody watched. */
	readonly at: number | undefined;
	/** With its line end, unless it is the last and has none. */
	readonly bytes: Buffer;
}

/** Which lines are meant. */
export interface LogWish {
	readonly follow: boolean;
	/** The last lines of each container. */
	readonly tail?: number;
	/** What came later, ms since the epoch. */
	readonly since?: number;
}

const streams = ['stdout', 'stderr'] as const;
/** Bytes read at once. */
const chunk = 256 * 1024;
/** Lines after which others have a turn. */
const turnEvery = 4096;
/** How often a follower looks whether anything runs still, ms; lines come by inotify(7). */
const lookEvery = 1000;
/** How often the output is looked at where the kernel has no watch left, ms. */
const pollMs = 100;

/** The containers of a target that have output. */
function recordsOf(machine: Machine, {project, services}: ProjectTarget): readonly ContainerRecord[] {
	const records = allRecords(machine).filter(({detached}) => detached?.project === project);
	const made = records.flatMap(({detached}) => (detached === undefined ? [] : [detached.made]));
	const strange = services.find(word => !made.some(service => isMeant(word, service)));
	if (strange !== undefined)
		throw new TsboxError('E_USAGE', `${project} has no service ${strange}`, {
			hint: `it has ${made.map(labelOf).join(', ')}`,
		});
	if (services.length === 0) return records;
	return records.filter(({detached}) => detached !== undefined && services.some(word => isMeant(word, detached.made)));
}

/**
 * Hands out what containers of a project printed, line by line, in the order in which it came as far as the marks tell:
 * the two streams of a container are told apart every 50 ms. Bytes are passed as they are.
 *
 * @throws TsboxError E_USAGE for a service that is not there.
 */
export async function readLogs(
	machine: Machine,
	target: ProjectTarget,
	wish: LogWish,
	write: (piece: LogPiece) => void,
	signal: AbortSignal,
): Promise<void> {
	const records = recordsOf(machine, target);
	const readers = records.map(record => readerOf(machine, record, wish));
	let handed = 0;
	for (const piece of inTimeOrder(readers.map(reader => reader.history()))) {
		write(piece);
		// What is written is let go of only when others have a turn.
		if (++handed % turnEvery === 0) await immediate();
		if (signal.aborted) return;
	}
	if (!wish.follow) {
		for (const reader of readers)
			for (const piece of reader.rest()) if (wish.since === undefined || (piece.at ?? 0) >= wish.since) write(piece);
		return;
	}
	const watchers = records.map((record, at) => {
		const news = (): void => {
			for (const piece of readers[at]?.news() ?? []) write(piece);
		};
		return watchPath(logFolder(machine, record.name), news, pollMs);
	});
	const runs = (): boolean => recordsOf(machine, target).some(record => mayPrint(machine, record));
	try {
		do await delay(lookEvery, undefined, {signal}).catch(() => {});
		while (!signal.aborted && runs());
	} finally {
		for (const watcher of watchers) watcher.close();
		for (const reader of readers) for (const piece of [...reader.news(), ...reader.rest()]) write(piece);
	}
}

function mayPrint({host}: Machine, record: ContainerRecord): boolean {
	return record.detached?.exit === null || stateOf(host, record) === 'running';
}

/** Reads one container's two streams. */
function readerOf(machine: Machine, {name, detached}: ContainerRecord, {tail, since}: LogWish) {
	const {host} = machine;
	const service = detached === undefined ? name : labelOf(detached.made);
	const folder = logFolder(machine, name);
	const size = (stream: string): number => host.lstat(`${folder}/${stream}`)?.size ?? 0;
	const at = {stdout: 0, stderr: 0};
	const open: Record<(typeof streams)[number], Buffer> = {stdout: Buffer.alloc(0), stderr: Buffer.alloc(0)};
	for (const stream of streams) {
		const from = keptFrom(host, folder, stream);
		at[stream] = tail === undefined ? from : lastLinesFrom(host, `${folder}/${stream}`, from, size(stream), tail);
	}

	function* linesUntil(stream: (typeof streams)[number], end: number, time: number | undefined): Generator<LogPiece> {
		while (at[stream] < end) {
			const bytes = host.readBytes(`${folder}/${stream}`, at[stream], Math.min(chunk, end - at[stream]));
			if (bytes === undefined || bytes.length === 0) return;
			at[stream] += bytes.length;
			let rest = open[stream].length === 0 ? bytes : Buffer.concat([open[stream], bytes]);
			for (let lineEnd = rest.indexOf(10); lineEnd !== -1; lineEnd = rest.indexOf(10)) {
				yield {service, stream, at: time, bytes: rest.subarray(0, lineEnd + 1)};
				rest = rest.subarray(lineEnd + 1);
			}
			open[stream] = rest;
		}
	}

	function* all(): Generator<LogPiece> {
		for (const mark of parseMarks(host.readText(`${folder}/marks`) ?? ''))
			for (const stream of streams) yield* linesUntil(stream, mark[stream], mark.at);
		for (const stream of streams) yield* linesUntil(stream, size(stream), undefined);
	}

	return {
		/** What there is up to now. */
		*history(): Generator<LogPiece> {
			const last: LogPiece[] = [];
			for (const piece of all()) {
				if (since !== undefined && (piece.at ?? Infinity) < since) continue;
				if (tail === undefined) yield piece;
				else if (last.push(piece) > tail) last.shift();
			}
			yield* last;
		},
		/** What came since. */
		*news(): Generator<LogPiece> {
			for (const stream of streams) yield* linesUntil(stream, size(stream), host.now());
		},
		/** A last line without an end. */
		*rest(): Generator<LogPiece> {
			for (const stream of streams) {
				if (open[stream].length > 0) yield {service, stream, at: host.now(), bytes: open[stream]};
				open[stream] = Buffer.alloc(0);
			}
		},
	};
}
