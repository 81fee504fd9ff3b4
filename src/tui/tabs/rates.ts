import type {ContainerStats} from '../../container/observe/usage-meter.ts';

/** The numbers of a sample, in the order in which {@link sampleHistory} keeps them. */
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
 * What a container used at a moment (`at`, ms since the epoch): percent of one processor, bytes, bytes a second, percent of
 * time waited, threads; null where the kernel does not tell, and for a rate where there is no reading before.
 */
export type Sample = {readonly at: number} & {readonly [field in (typeof sampleFields)[number]]: number | null};

/** A reading and when it was made, ms since the epoch. */
export interface Reading {
	readonly at: number;
	readonly stats: ContainerStats;
}

/**
 * A sample of a reading and the one before it. A counter that is less than it was has begun anew, as has all of another
 * process: there its rate is not known.
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
