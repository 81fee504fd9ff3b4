import type {Host} from '../../host/host.ts';
import {blockUse, cpuTime, memoryUse} from '../../kernel/usage.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';

/** Resource usage of a container up to a moment; null for a value that no controller counts. */
export interface UsageSample {
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** CPU time so far in ns. */
	readonly cpuNs: number | null;
	/** Memory in use in bytes, without what the kernel can drop at once. */
	readonly memory: number | null;
	/** Bytes read from and written to disks so far. */
	readonly readBytes: number | null;
	readonly writeBytes: number | null;
}

/** The first pause between samples in ms, and the most samples. The number is odd so that dropping every second sample keeps the last one. */
const [firstPause, mostSamples] = [100, 241] as const;

/** A running series of samples. */
export interface UsageSamples {
	/** Takes a last sample and returns all samples. */
	readonly stop: () => readonly UsageSample[];
}

/**
 * Samples resource usage of a container over time. When there are too many samples, every second one is dropped and the pause
 * doubles: a run of a second gets ten samples, and a run of a week as many as fit. The timer does not keep the process alive.
 *
 * @param pause - first pause between samples in ms
 */
export function sampleUsage(host: Host, members: readonly CgroupMember[], pause: number = firstPause): UsageSamples {
	let samples: UsageSample[] = [];
	let every = pause;
	const look = (): void => {
		const block = blockUse(host, members);
		samples.push({
			at: host.now(),
			cpuNs: cpuTime(host, members),
			memory: memoryUse(host, members)?.used ?? null,
			readBytes: block?.in ?? null,
			writeBytes: block?.out ?? null,
		});
	};
	let timer: NodeJS.Timeout;
	const again = (): void => {
		look();
		if (samples.length >= mostSamples) {
			samples = samples.filter((_, index) => index % 2 === 0);
			every *= 2;
		}
		timer = setTimeout(again, every).unref();
	};
	again();
	return {
		stop: () => {
			clearTimeout(timer);
			look();
			return samples;
		},
	};
}
