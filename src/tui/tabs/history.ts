import {type Sample, sampleFields} from './rates.ts';

/** The last samples of each container. */
export interface SampleHistory {
	/** Adds a sample of a container. Drops the oldest one if there are too many. */
	readonly add: (container: string, sample: Sample) => void;
	/** The samples of a container, oldest first, optionally only those after a time, ms since the epoch. */
	readonly samples: (container: string, after?: number) => readonly Sample[];
	/** Removes all other containers. */
	readonly keep: (containers: ReadonlySet<string>) => void;
}

/** Ring buffer of one container. Each row is `at` followed by the fields, with NaN for null. */
interface Ring {
	numbers: Float64Array;
	/** Number of used rows, and index of the oldest row. */
	count: number;
	first: number;
}

const stride = sampleFields.length + 1;
const firstRoom = 64;

/**
 * Makes a history of `capacity` samples per container; the default is one hour with one sample per second. Samples are
 * stored as numbers, 88 bytes each.
 */
export function sampleHistory(capacity = 3600): SampleHistory {
	const rings = new Map<string, Ring>();
	return {
		add(container, sample) {
			const ring = rings.get(container) ?? {numbers: new Float64Array(0), count: 0, first: 0};
			rings.set(container, ring);
			if (ring.count * stride === ring.numbers.length && ring.count < capacity) grow(ring, capacity);
			const room = ring.numbers.length / stride;
			const row = (ring.first + ring.count) % room;
			ring.numbers[row * stride] = sample.at;
			sampleFields.forEach((field, index) => {
				ring.numbers[row * stride + index + 1] = sample[field] ?? Number.NaN;
			});
			if (ring.count < room) ring.count++;
			else ring.first = (ring.first + 1) % room;
		},
		samples(container, after = Number.NEGATIVE_INFINITY) {
			const ring = rings.get(container);
			if (ring === undefined) return [];
			const samples: Sample[] = [];
			for (let index = 0; index < ring.count; index++) {
				const sample = readRow(ring, index);
				if (sample.at > after) samples.push(sample);
			}
			return samples;
		},
		keep(containers) {
			for (const container of rings.keys()) if (!containers.has(container)) rings.delete(container);
		},
	};
}

/** Doubles the ring buffer. Only valid before it has wrapped around. */
function grow(ring: Ring, capacity: number): void {
	const rows = Math.min(capacity, Math.max(firstRoom, ring.count * 2));
	const numbers = new Float64Array(rows * stride);
	numbers.set(ring.numbers);
	ring.numbers = numbers;
}

function readRow({numbers, first}: Ring, index: number): Sample {
	const start = ((first + index) % (numbers.length / stride)) * stride;
	const field = (name: (typeof sampleFields)[number]): number | null => {
		const value = numbers[start + sampleFields.indexOf(name) + 1] ?? Number.NaN;
		return Number.isNaN(value) ? null : value;
	};
	return {
		at: numbers[start] ?? 0,
		cpuPercent: field('cpuPercent'),
		memoryUsed: field('memoryUsed'),
		memoryLimit: field('memoryLimit'),
		rxRate: field('rxRate'),
		txRate: field('txRate'),
		readRate: field('readRate'),
		writeRate: field('writeRate'),
		cpuPressure: field('cpuPressure'),
		memoryPressure: field('memoryPressure'),
		pids: field('pids'),
	};
}
