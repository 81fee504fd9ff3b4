import type {ContainerStats} from '../../container/observe/usage-meter.ts';

/** The fields of a sample, in the order in which {@link sampleHistory} stores them. */
export const sampleFields = [
	'cpuPercent',
	'memoryUsed',
	'memoryLimit',
	'rxRate',
	'txRate',
	'readRate',
	'writeRate',
	'cpuPressure',
	'memoryPressure',
	'pids',
] as const;

/**
 * The resource use of a container at a time (`at`, ms since the epoch): percent of one processor, bytes, bytes per
 * second, percent of time waited, and threads. A field is null if the kernel does not report it. A rate is also null
 * without a previous reading.
 */
export type Sample = {readonly at: number} & {readonly [field in (typeof sampleFields)[number]]: number | null};

/** A reading and its time, ms since the epoch. */
export interface Reading {
	readonly at: number;
	readonly stats: ContainerStats;
}

/**
 * Makes a sample from a reading and the previous one. A counter that is lower than before was reset, and the counters
 * of another process start anew. Their rates are unknown.
 */
export function sampleOf(reading: Reading, before: Reading | undefined): Sample {
	const {at, stats} = reading;
	const last = before?.stats.pid === stats.pid ? before : undefined;
	const rate = (count: (stats: ContainerStats) => number | undefined): number | null => {
		const now = count(stats);
		const then = last === undefined ? undefined : count(last.stats);
		const seconds = (at - (last?.at ?? at)) / 1000;
		return now === undefined || then === undefined || now < then || seconds <= 0 ? null : (now - then) / seconds;
	};
	return {
		at,
		cpuPercent: stats.cpuPercent,
		memoryUsed: stats.memory?.used ?? null,
		memoryLimit: stats.memory?.limit ?? null,
		rxRate: rate(({network}) => network?.rxBytes),
		txRate: rate(({network}) => network?.txBytes),
		readRate: rate(({block}) => block?.readBytes),
		writeRate: rate(({block}) => block?.writeBytes),
		cpuPressure: stats.pressure.cpu,
		memoryPressure: stats.pressure.memory,
		pids: stats.pids?.current ?? null,
	};
}
