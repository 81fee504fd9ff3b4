import type {Machine} from '../../container/machine/machine.ts';
import type {InstanceOutput, PrintedPart} from '../../container/start/run-instance.ts';
import {logFolder} from '../../container/machine/log-folder.ts';
import type {Host} from '../../host/host.ts';
import {type ContainerRecord, containerFolder, type Detached} from '../../state/record.ts';

/*
 * The log folder of a container: `stdout` and `stderr`, which the container writes itself; `marks`, which dates their bytes;
 * and `freed`, which records how much of the front of each was freed on disk.
 */

/** The two files of a container's output. */
export const outputStreams = ['stdout', 'stderr'] as const;
/** One of {@link outputStreams}. */
export type OutputStream = (typeof outputStreams)[number];
/** A byte offset in each of the two files. */
export type OutputPlaces = Readonly<Record<OutputStream, number>>;

/** A mark: at this time, in ms since the epoch, the streams had these sizes. Its line in the file is `AT STDOUT STDERR`. */
export interface LogMark extends OutputPlaces {
	readonly at: number;
}

/** Yields to other work. */
export type Turn = () => Promise<void>;

/** Bytes per read. */
const chunk = 64 * 1024;

/** The sizes of the two files; 0 for one that does not exist. */
export function outputSizes(host: Host, folder: string): OutputPlaces {
	const size = (stream: OutputStream): number => host.lstat(`${folder}/${stream}`)?.size ?? 0;
	return {stdout: size('stdout'), stderr: size('stderr')};
}

/** The file with the offset up to which each stream is freed: everything before is a hole. */
export function freedFile(folder: string): string {
	return `${folder}/freed`;
}

/** The offsets up to which the streams are freed. */
export function readFreed(host: Host, folder: string): Partial<OutputPlaces> {
	try {
		return JSON.parse(host.readText(freedFile(folder)) ?? '{}') as Partial<OutputPlaces>;
	} catch {
		return {};
	}
}

/** The offset of the first whole line after the hole. */
export function keptFrom(host: Host, folder: string, stream: OutputStream): number {
	const freed = readFreed(host, folder)[stream] ?? 0;
	if (freed === 0) return 0;
	const bytes = host.readBytes(`${folder}/${stream}`, freed, chunk) ?? Buffer.alloc(0);
	const end = bytes.indexOf(10);
	return end === -1 ? freed : freed + end + 1;
}

/** The offset of a line start from which at most `bytes` bytes and `lines` lines follow. */
export async function tailFrom(
	host: Host,
	folder: string,
	stream: OutputStream,
	{size, bytes, lines}: {readonly size: number; readonly bytes: number; readonly lines: number},
	turn: Turn,
): Promise<number> {
	const path = `${folder}/${stream}`;
	const least = Math.max(keptFrom(host, folder, stream), size - bytes);
	if (lines === 0) return size;
	if (lines === Infinity && bytes >= size) return least;
	let found = 0;
	let earliest = size;
	for (let end = size; end > least; end = Math.max(least, end - chunk)) {
		const start = Math.max(least, end - chunk);
		const read = host.readBytes(path, start, end - start);
		if (read === undefined) return size;
		for (let at = read.lastIndexOf(10); at !== -1; at = at === 0 ? -1 : read.lastIndexOf(10, at - 1)) {
			// The last line may have no end.
			if (start + at + 1 === size) continue;
			earliest = start + at + 1;
			found += 1;
			if (found === lines) return earliest;
		}
		await turn();
	}
	// A limit in bytes mostly falls within a line: start at the next one, unless there is only one line.
	return least === size - bytes && least > 0 && earliest < size ? earliest : least;
}

/** Parses marks, oldest first; skips a torn last line. */
export function parseMarks(text: string): readonly LogMark[] {
	return text.split('\n').flatMap(line => {
		const match = /^(\d+) (\d+) (\d+)$/.exec(line);
		return match === null ? [] : [{at: Number(match[1]), stdout: Number(match[2]), stderr: Number(match[3])}];
	});
}

/** The marks from the last one before these offsets on, oldest first; reads about the last `most` bytes at most. */
export async function marksFrom(
	host: Host,
	folder: string,
	places: OutputPlaces,
	turn: Turn,
	most = Infinity,
): Promise<readonly LogMark[]> {
	const path = `${folder}/marks`;
	const size = host.lstat(path)?.size ?? 0;
	const parts: (readonly LogMark[])[] = [];
	let torn = '';
	for (let end = size; end > 0 && size - end < most; end = Math.max(0, end - chunk)) {
		const start = Math.max(0, end - chunk);
		const text = (host.readBytes(path, start, end - start)?.toString('latin1') ?? '') + torn;
		const line = start === 0 ? 0 : text.indexOf('\n') + 1;
		torn = text.slice(0, line);
		const marks = parseMarks(text.slice(line));
		parts.push(marks);
		const first = marks[0];
		if (first !== undefined && first.stdout <= places.stdout && first.stderr <= places.stderr) break;
		await turn();
	}
	return parts.toReversed().flat();
}

/** The output sizes before the container's next run; nothing is printed between two runs. */
export function printedSoFar(machine: Machine, name: string): NonNullable<Detached['printed']> {
	const {host, dirs} = machine;
	// Creating the container removes output left from before a reboot.
	const isNew = host.lstat(containerFolder(dirs.state, name)) === undefined;
	return isNew ? {stdout: 0, stderr: 0} : outputSizes(host, logFolder(machine, name));
}

/** The output of a container's last run, as far as it is kept. */
export function instanceOutput(machine: Machine, {name, detached}: ContainerRecord): InstanceOutput {
	const {host} = machine;
	const folder = logFolder(machine, name);
	const freed = readFreed(host, folder);
	const sizes = outputSizes(host, folder);
	const part = (stream: OutputStream): PrintedPart => {
		const until = sizes[stream];
		const begin = Math.min(detached?.printed?.[stream] ?? 0, until);
		const from = Math.min(Math.max(begin, freed[stream] ?? 0), until);
		return {from, until, cut: from - begin};
	};
	const marks = parseMarks(host.readText(`${folder}/marks`) ?? '');
	return {folder, stdout: part('stdout'), stderr: part('stderr'), marks};
}
