import type {LifeOutput, PrintedPart} from '../container/start/detached-life.ts';
import type {Host} from '../host/host.ts';
import {outputCopy} from '../host/programs/output-copy.ts';
import {runFiles} from './run-record.ts';

/** Bytes of each stream of a detached container that a record keeps: the last ones. */
const mostOutput = 16 * 1024 * 1024;
/** Bytes that are copied at once. */
const chunk = 1024 * 1024;

/** What became of the output of a life in its record. */
export interface LifeLog {
	/** Bytes that the disk had no room for. */
	readonly lost: number;
	/** What is not in the record, in sentences. */
	readonly warnings: readonly string[];
}

const streams = ['stdout', 'stderr'] as const;

/**
 * Copies what a detached container printed in one life into the folder of a record, with the times that its marks tell.
 *
 * @param endedAt - when what was printed after the last mark was seen, ms since the epoch
 * @throws the system's error where the files can't be made.
 */
export function keepLifeLog(host: Host, work: string, output: LifeOutput, endedAt: number): LifeLog {
	const parts = {stdout: lastOf(output.stdout), stderr: lastOf(output.stderr)};
	const lost = streams.map(stream => copyPart(host, `${output.folder}/${stream}`, parts[stream], `${work}/${stream}`));
	const times = outputCopy(`${work}/${runFiles.times}`);
	times.write(Buffer.from(lifeTimes(parts, output.marks, endedAt)));
	times.close();
	const warnings = streams.flatMap(stream =>
		parts[stream].cut === 0
			? []
			: [`the first ${parts[stream].cut} bytes of ${stream} were let go before they were recorded`],
	);
	return {lost: (lost[0] ?? 0) + (lost[1] ?? 0), warnings};
}

function lastOf({from, until, cut}: PrintedPart): PrintedPart {
	const begin = Math.max(from, until - mostOutput);
	return {from: begin, until, cut: cut + begin - from};
}

/** Gives the bytes that were lost. */
function copyPart(host: Host, source: string, {from, until}: PrintedPart, target: string): number {
	const copy = outputCopy(target);
	try {
		for (let at = from; at < until; ) {
			const bytes = host.readBytes(source, at, Math.min(chunk, until - at));
			if (bytes === undefined || bytes.length === 0) break;
			copy.write(bytes);
			at += bytes.length;
		}
	} finally {
		copy.close();
	}
	return copy.lost();
}

/** Lines of `log-times`: by how much each stream grew from mark to mark. */
function lifeTimes(parts: Pick<LifeOutput, 'stdout' | 'stderr'>, marks: LifeOutput['marks'], endedAt: number): string {
	const reached = {stdout: parts.stdout.from, stderr: parts.stderr.from};
	const last = {at: endedAt, stdout: parts.stdout.until, stderr: parts.stderr.until};
	let text = '';
	for (const mark of [...marks, last]) {
		for (const stream of streams) {
			const size = Math.min(mark[stream], parts[stream].until);
			if (size <= reached[stream]) continue;
			text += `${mark.at} ${stream === 'stdout' ? 'o' : 'e'} ${size - reached[stream]}\n`;
			reached[stream] = size;
		}
	}
	return text;
}
