import type {Machine} from '../../container/machine/machine.ts';
import {type FedContainer, type FedStream, outputStreams} from './fed-container.ts';
import {inTimeOrder} from './in-time-order.ts';
import type {NewLine, RingBounds} from './line-ring.ts';
import type {LogMark} from './log-marks.ts';
import {marksFrom, shareOut, type Turn, tailFrom} from './log-tail.ts';

/**
 * Opens the files of containers near their ends, and gives what is in them from there on in the order of time, as far as
 * it was marked.
 *
 * @param turn - awaited between pieces of work
 */
export async function logHistory(
	{host}: Machine,
	containers: readonly FedContainer[],
	{lines, bytes: most}: RingBounds,
	turn: Turn,
): Promise<Iterable<NewLine>> {
	const sizes = containers.map(({folder}) => outputStreams.map(which => host.lstat(`${folder}/${which}`)?.size ?? 0));
	const shares = shareOut(sizes.flat(), most);
	const histories: Iterator<NewLine>[] = [];
	for (const [index, container] of containers.entries()) {
		const places = {stdout: 0, stderr: 0};
		const ends = sizes[index] ?? [];
		for (const [at, which] of outputStreams.entries()) {
			const size = ends[at] ?? 0;
			const bytes = shares[index * outputStreams.length + at] ?? 0;
			places[which] = await tailFrom(host, container.folder, which, {size, bytes, lines}, turn);
		}
		const marks = await marksFrom(host, container.folder, places, turn);
		container.open(places);
		histories.push(historyOf(container.streams(), marks, ends));
		await turn();
	}
	return inTimeOrder(histories);
}

/** What was in a container's files up to these bytes: a flood adds more meanwhile than anybody wants to read. */
function* historyOf(
	streams: readonly FedStream[],
	marks: readonly LogMark[],
	ends: readonly number[],
): Generator<NewLine> {
	const last = {at: undefined, stdout: Infinity, stderr: Infinity};
	for (const mark of [...marks, last])
		for (const [index, {service, which, stream}] of streams.entries())
			for (const text of stream.until(Math.min(mark[which], ends[index] ?? 0)))
				yield {kind: 'line', service, stream: which, at: mark.at, text};
}
