import * as z from 'zod/mini';
import {count, id, list, maybe, record, text, whole} from './forms.ts';

const rule = z.object({
	allow: z.boolean(),
	type: z._default(z.enum(['', 'a', 'c', 'b', 'u'], {error: 'must be one of a, c, b'}), 'a'),
	major: maybe(whole),
	minor: maybe(whole),
	// The letter a is let through, as in runc: it means nothing.
	access: z._default(text.check(z.regex(/^[rwma]*$/, {error: 'must be of the letters r, w, m'})), 'rwm'),
});

/** Zero is none, as engines write it. */
const weight = count.check(z.lte(1000));

const throttled = z.object({major: whole, minor: whole, rate: count});

/** Limits of a bundle, and of `update`: config-linux.md, "Control groups". */
export const bundleResources = z.object({
	devices: list(rule),
	memory: maybe(
		z.object({
			limit: maybe(whole),
			reservation: maybe(whole),
			swap: maybe(whole),
			kernel: maybe(whole),
			kernelTCP: maybe(whole),
			swappiness: maybe(count.check(z.lte(100))),
			disableOOMKiller: maybe(z.boolean()),
			useHierarchy: maybe(z.boolean()),
			checkBeforeUpdate: maybe(z.boolean()),
		}),
	),
	cpu: maybe(
		z.object({
			shares: maybe(count),
			quota: maybe(whole),
			burst: maybe(count),
			period: maybe(count),
			realtimeRuntime: maybe(whole),
			realtimePeriod: maybe(count),
			cpus: maybe(text),
			mems: maybe(text),
			idle: maybe(count.check(z.lte(1))),
		}),
	),
	pids: maybe(z.object({limit: maybe(whole)})),
	blockIO: maybe(
		z.object({
			weight: maybe(weight),
			leafWeight: maybe(weight),
			weightDevice: list(z.object({major: whole, minor: whole, weight: maybe(weight), leafWeight: maybe(weight)})),
			throttleReadBpsDevice: list(throttled),
			throttleWriteBpsDevice: list(throttled),
			throttleReadIOPSDevice: list(throttled),
			throttleWriteIOPSDevice: list(throttled),
		}),
	),
	hugepageLimits: list(z.object({pageSize: text.check(z.regex(/^\d+[KMG]B$/)), limit: count})),
	network: maybe(
		z.object({
			classID: maybe(id),
			priorities: list(z.object({name: text.check(z.regex(/^\S+$/)), priority: id})),
		}),
	),
	rdma: record(z.object({hcaHandles: maybe(id), hcaObjects: maybe(id)})),
	unified: record(text),
});

/** Checked limits. */
export type BundleResources = z.output<typeof bundleResources>;
