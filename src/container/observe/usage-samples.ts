import type {Host} from '../../host/host.ts';
import {blockUse, cpuTime, memoryUse} from '../../kernel/usage.ts';
import type {CgroupMember} from '../../step/verbs/cgroup-member.ts';

/** What a container had used by a moment of its run; null where nothing counts it. */
export interface UsageSample {
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** CPU time so far, ns. */
	readonly cpuNs: number | null;
	/** Memory in use then, bytes, without what the kernel can drop at once. */
	readonly memory: number | null;
	/** Bytes read from and written to disks so far. */
	readonly readBytes: number | null;
	readonly writeBytes: number | null;
}

/** The first pause between two samples, ms, and how many there are at most: odd, so that the last one of them stays when each second goes. */
const [firstPause, mostSamples] = [100, 241] as const;

/** Looks again and again what a container uses. */
export interface UsageSamples {
	/** Looks a last time; gives all that was seen. */
	readonly stop: () => readonly UsageSample[];
}

/**
 * Begins to look. A run of a second is seen ten times, one of a week as often as fits: when there are many samples each second
 * one goes, and the pause doubles. It keeps no process alive.
 *
 * @param pause - ms from one sample to the next, to begin with
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
