import {TsboxError} from '../../errors/tsbox-error.ts';
import type {OciResources} from '../../oci/config.ts';
import {bytes as sizeWords} from '../../spec/values/bytes.ts';
import type {CgroupFacts} from '../../host/facts.ts';
import type {Shortfalls} from '../input/unsupported.ts';
import type {Setting} from './cgroup-settings.ts';

/** The kernel rounds memory limits down to pages. Pages have 4096 bytes, except on arm64 kernels built for 16 or 64 KiB. */
const pageSize = 4096;

/** An amount as its file takes it: -1 is no limit, which version 1 shows as the largest multiple of the page size. */
function amount(bytes: number, v2: boolean): {readonly value: string; readonly reads?: string} {
	if (bytes >= 0) return {value: String(Math.floor(bytes / pageSize) * pageSize)};
	return v2 ? {value: 'max'} : {value: '-1', reads: '9223372036854771712'};
}

function words(bytes: number): string {
	return bytes < 0 ? 'no limit' : sizeWords(bytes);
}

/**
 * Limits of memory and swap, in the order in which they must be written.
 *
 * @throws TsboxError E_SPEC_INVALID on version 2, whose limit of swap alone is the difference of the two, when one is missing.
 */
export function memorySettings(
	{limit, reservation, swap}: NonNullable<OciResources['memory']>,
	{layout, swapAccounting}: CgroupFacts,
	missing: Shortfalls,
): readonly Setting[] {
	const v2 = layout === 'v2';
	const man = 'cgroups(7)';
	const settings: Setting[] = [];
	if (limit !== undefined)
		settings.push({
			id: 'cgroup.memory',
			controller: 'memory',
			file: v2 ? 'memory.max' : 'memory.limit_in_bytes',
			...amount(limit, v2),
			title: `limit memory to ${words(limit)}`,
			why: 'A program that asks for more than this is killed by the kernel instead of taking the machine down with it.',
			man,
		});
	if (reservation !== undefined)
		settings.push({
			id: 'cgroup.memory.reservation',
			controller: 'memory',
			file: v2 ? 'memory.low' : 'memory.soft_limit_in_bytes',
			...amount(reservation, v2),
			title: `reserve ${words(reservation)} of memory`,
			why: 'Under pressure the kernel takes memory from others first.',
			man,
		});
	if (swap === undefined) return settings;
	if (!swapAccounting) {
		missing.add('swap cannot be limited', 'this kernel does not account swap', 'boot with swapaccount=1');
		return settings;
	}
	const title =
		swap === -1
			? 'leave swap unlimited'
			: swap === limit
				? 'allow no swap'
				: `limit memory and swap together to ${sizeWords(swap)}`;
	const why = 'Without this a container over its memory limit is swapped out and slows the whole machine.';
	// memory.txt: memsw must never be below the memory limit, so it is written second.
	const file = v2
		? {file: 'memory.swap.max', ...amount(swap === -1 ? -1 : swap - ofBoth(limit), true)}
		: {file: 'memory.memsw.limit_in_bytes', ...amount(swap, false)};
	return [...settings, {id: 'cgroup.swap', controller: 'memory', ...file, title, why, man}];
}

function ofBoth(limit: number | undefined): number {
	if (limit !== undefined && limit >= 0) return limit;
	throw new TsboxError('E_SPEC_INVALID', 'unable to set swap limit without memory limit', {
		why: 'the limit is that of memory and swap together, and the kernel takes one of swap alone',
		hint: 'set `linux.resources.memory.limit` too',
	});
}
