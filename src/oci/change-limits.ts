import {present} from '../spec/syntax/pick.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {LimitChanges} from '../spec/limits/limit-changes.ts';
import type {OciResources} from './config.ts';

/** The kernel's default period of CPU quotas, microseconds; sched-bwc.rst. */
const cpuPeriod = 100_000;

/** All limits after a change, and those of them that must be written. */
export interface ChangedLimits {
	readonly all: OciResources;
	/** Contains swap whenever memory changes: cgroup v2 takes the difference of the two limits. */
	readonly changed: OciResources;
}

/**
 * Applies changes to a container's limits.
 *
 * @throws TsboxError E_USAGE for limits that contradict each other.
 */
export function changeLimits(before: OciResources, changes: LimitChanges): ChangedLimits {
	const {memory, memorySwap, memoryReservation, cpus, cpuShares, cpusetCpus, pidsLimit, blkioWeight} = changes;
	const period = before.cpu?.period ?? cpuPeriod;
	const memoryPart = {
		...present({limit: memory, swap: memorySwap, reservation: memoryReservation}),
	};
	const cpuPart = {
		...(cpus === undefined ? {} : {quota: Math.round(cpus * period), period}),
		...present({shares: cpuShares, cpus: cpusetCpus}),
	};
	const others = {
		...(pidsLimit === undefined ? {} : {pids: {limit: pidsLimit}}),
		...(blkioWeight === undefined ? {} : {blockIO: {...before.blockIO, weight: blkioWeight}}),
	};
	const allMemory = {...before.memory, ...memoryPart};
	refuseImpossible(allMemory);
	const {limit, swap} = allMemory;
	const both = memory !== undefined || memorySwap !== undefined;
	const written = {
		...memoryPart,
		...(both && limit !== undefined ? {limit} : {}),
		...(both && swap !== undefined ? {swap} : {}),
	};
	return {
		all: {
			...before,
			...(isEmpty(allMemory) ? {} : {memory: allMemory}),
			...(isEmpty(cpuPart) ? {} : {cpu: {...before.cpu, ...cpuPart}}),
			...others,
		},
		changed: {
			...(isEmpty(written) ? {} : {memory: written}),
			...(isEmpty(cpuPart) ? {} : {cpu: cpuPart}),
			...others,
		},
	};
}

function isEmpty(part: object): boolean {
	return Object.keys(part).length === 0;
}

function refuseImpossible({limit, swap, reservation}: NonNullable<OciResources['memory']>): void {
	if (swap !== undefined && limit === undefined)
		throw new TsboxError('E_USAGE', 'a swap limit counts memory and swap together, but memory has no limit', {
			hint: 'add --memory',
		});
	if (swap !== undefined && swap !== -1 && limit !== undefined && swap < limit)
		throw new TsboxError('E_USAGE', `memory and swap together (${swap} bytes) would be below memory (${limit} bytes)`, {
			hint: 'change both at once, with --memory and --memory-swap',
		});
	if (reservation !== undefined && limit !== undefined && reservation > limit)
		throw new TsboxError('E_USAGE', `the reservation (${reservation} bytes) would be above memory (${limit} bytes)`, {
			hint: 'change both at once, with --memory and --memory-reservation',
		});
}
