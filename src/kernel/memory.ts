import type {Host} from '../host/host.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';

/** The counters of the memory controller, bytes; cgroup-v2.rst, "Memory", and cgroup-v1/memory.rst. */
export interface MemoryCount {
	/** Processes that the kernel killed because of the limit. */
	readonly oomKills: number;
	readonly limit: number;
	readonly peak: number;
}

function field(text: string | undefined, name: string): number {
	return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1] ?? 0);
}

/** v1 shows "no limit" as the greatest number of pages in bytes (PAGE_COUNTER_MAX). */
function unlessNone(limit: number): number {
	return limit > 2 ** 62 ? Number.POSITIVE_INFINITY : limit;
}

/** Reads the container's memory counters; undefined without a memory cgroup. */
export function memoryCount(host: Host, members: readonly CgroupMember[]): MemoryCount | undefined {
	const v1 = members.find(member => member.controller === 'memory');
	const path = (v1 ?? members.find(member => member.controller === ''))?.path;
	const number = (file: string): number => Number(host.readText(`${path}/${file}`)?.trim() ?? Number.NaN);
	if (
		path === undefined ||
		host.lstat(`${path}/${v1 === undefined ? 'memory.events' : 'memory.oom_control'}`) === undefined
	)
		return undefined;
	if (v1 !== undefined) {
		return {
			oomKills: field(host.readText(`${path}/memory.oom_control`), 'oom_kill'),
			limit: unlessNone(number('memory.limit_in_bytes')),
			peak: number('memory.max_usage_in_bytes'),
		};
	}
	const limit = number('memory.max');
	// memory.peak exists since Linux 5.19. Before, current use is the best approximation.
	const peak = number('memory.peak');
	return {
		oomKills: field(host.readText(`${path}/memory.events`), 'oom_kill'),
		limit: Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit,
		peak: Number.isNaN(peak) ? number('memory.current') : peak,
	};
}
