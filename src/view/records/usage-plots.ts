import type {UsageSample} from '../../container/observe/usage-samples.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration} from '../text/duration.ts';
import type {Plot, PlotPoint} from './plot-svg.ts';

type Counted = 'cpuNs' | 'readBytes' | 'writeBytes';

/**
 * The plots of a run's samples: CPU in percent of one processor, memory, and disk bytes per second.
 *
 * @param from - when the command began, in ms since the epoch
 * @param peak - peak memory from the kernel, in bytes; samples can miss it
 */
export function usagePlots(samples: readonly UsageSample[], from: number, peak: number | null): readonly Plot[] {
	if (samples.length < 2) return [];
	const memory = samples.flatMap(({at, memory: value}) => (value === null ? [] : [{at, value}]));
	const most = peak === null ? '' : `, at most ${bytes(peak)}`;
	const percent = (value: number): string => `${Math.round(value)} %`;
	const rate = (value: number): string => `${bytes(Math.round(value))}/s`;
	const disks = [
		{title: 'Read from disks', points: rates(samples, 'readBytes', 1000)},
		{title: 'Written to disks', points: rates(samples, 'writeBytes', 1000)},
	].filter(({points}) => points.some(({value}) => value > 0));
	return [
		// Nanoseconds per millisecond times 1e-4 is percent.
		{title: 'CPU', points: rates(samples, 'cpuNs', 1e-4), atLeast: 100, words: percent},
		{title: `Memory${most}`, points: memory, atLeast: 1024 * 1024, words: bytes},
		...disks.map(plot => ({...plot, atLeast: 1024, words: rate})),
	].flatMap(plot => {
		const [first, second] = plot.points;
		if (first === undefined || second === undefined) return [];
		const begins = Math.max(0, first.at - from);
		return [{...plot, time: (ms: number): string => duration(begins + ms)}];
	});
}

/** The growth between samples per millisecond, times `factor`. */
function rates(samples: readonly UsageSample[], field: Counted, factor: number): readonly PlotPoint[] {
	return samples.flatMap((sample, index) => {
		const before = samples[index - 1];
		const [value, earlier] = [sample[field], before?.[field] ?? null];
		if (before === undefined || value === null || earlier === null || sample.at <= before.at) return [];
		return [{at: sample.at, value: (Math.max(0, value - earlier) / (sample.at - before.at)) * factor}];
	});
}
