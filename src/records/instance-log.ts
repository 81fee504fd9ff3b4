import type {InstanceOutput, PrintedPart} from '../container/start/run-instance.ts';
import type {Host} from '../host/host.ts';
import {outputCopy} from '../host/programs/output-copy.ts';
import {runFiles} from './run-record.ts';

/** Bytes of each stream's end that the record of a detached container keeps. */
const mostOutput = 16 * 1024 * 1024;
/** Bytes copied at once. */
const chunk = 1024 * 1024;

/** The result of copying a container's output into its record. */
export interface InstanceLog {
	/** Bytes that were lost because the disk was full. */
	readonly lost: number;
	/** What the record lacks, in sentences. */
	readonly warnings: readonly string[];
}

const streams = ['stdout', 'stderr'] as const;

/**
 * Copies the output of one run of a detached container into the folder of a record, with the times from its marks.
 *
 * @param endedAt - the time to note for output after the last mark, in ms since the epoch
 * @throws the system's error when the files cannot be created.
 */
export function keepInstanceLog(host: Host, work: string, output: InstanceOutput, endedAt: number): InstanceLog {
	const parts = {stdout: lastOf(output.stdout), stderr: lastOf(output.stderr)};
	const lost = streams.map(stream => copyPart(host, `${output.folder}/${stream}`, parts[stream], `${work}/${stream}`));
	const times = outputCopy(`${work}/${runFiles.times}`);
	times.write(Buffer.from(instanceTimes(parts, output.marks, endedAt)));
	times.close();
	const warnings = streams.flatMap(stream =>
		parts[stream].cut === 0
			? []
			: [`the first ${parts[stream].cut} bytes of ${stream} were rotated away before they were recorded`],
	);
	return {lost: (lost[0] ?? 0) + (lost[1] ?? 0), warnings};
}

function lastOf({from, until, cut}: PrintedPart): PrintedPart {
	const begin = Math.max(from, until - mostOutput);
	return {from: begin, until, cut: cut + begin - from};
}

/** Returns the number of bytes lost. */
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

/** The lines of `log-times`: the growth of each stream from mark to mark. */
function instanceTimes(
	parts: Pick<InstanceOutput, 'stdout' | 'stderr'>,
	marks: InstanceOutput['marks'],
	endedAt: number,
): string {
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
