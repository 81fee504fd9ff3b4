import {TsboxError} from '../../errors/tsbox-error.ts';
import {parseCpuset} from '../values/cpuset.ts';
import {cpusetAsShown} from '../values/cpuset-list.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {numberIn} from '../syntax/scalar.ts';
import {parsePositiveSize, parseSwapSize} from '../values/size.ts';

/** Limits to change. A missing limit stays unchanged. */
export interface LimitChanges {
	/** Bytes. */
	readonly memory?: number;
	/** Bytes of memory and swap together; -1 for unlimited swap. */
	readonly memorySwap?: number;
	/** Bytes. */
	readonly memoryReservation?: number;
	/** How many CPUs the container may keep busy. */
	readonly cpus?: number;
	readonly cpuShares?: number;
	/** A list of CPUs in the format of cpuset(7): `0-2,4`. */
	readonly cpusetCpus?: string;
	/** -1 for unlimited. */
	readonly pidsLimit?: number;
	/** 10 to 1000. */
	readonly blkioWeight?: number;
}

/** One page. The kernel rounds less down to 0, and cgroup v2 then kills the container's processes. */
const smallestMemory = 4096;

function parseMemory(text: string): Parsed<number> {
	const parsed = parsePositiveSize(text);
	return parsed.ok && parsed.value < smallestMemory
		? bad(`must be at least ${smallestMemory} bytes, not ${quoted(text)}`, 'write `100m` for 100 MiB')
		: parsed;
}

function parseProcessors(text: string): Parsed<string> {
	const parsed = parseCpuset(text);
	// The value is compared with the kernel's list, so it must have the same form.
	return parsed.ok ? good(cpusetAsShown(parsed.value)) : parsed;
}

/** Each limit: its option, the spec key with the same meaning and range, and its parser. */
export const limitOptions = {
	memory: {option: '--memory', key: 'mem_limit', parse: parseMemory},
	memorySwap: {option: '--memory-swap', key: 'memswap_limit', parse: parseSwapSize},
	memoryReservation: {option: '--memory-reservation', key: 'mem_reservation', parse: parsePositiveSize},
	cpus: {option: '--cpus', key: 'cpus', parse: numberIn({min: 0.01, max: 65_536, fractions: true})},
	cpuShares: {option: '--cpu-shares', key: 'cpu_shares', parse: numberIn({min: 2, max: 262_144})},
	cpusetCpus: {option: '--cpuset-cpus', key: 'cpuset', parse: parseProcessors},
	pidsLimit: {option: '--pids-limit', key: 'pids_limit', parse: numberIn({min: 1, max: 4_194_304, also: -1})},
	blkioWeight: {option: '--blkio-weight', key: 'blkio_config.weight', parse: numberIn({min: 10, max: 1000})},
} as const satisfies Record<
	keyof LimitChanges,
	{option: string; key: string; parse: (text: string) => Parsed<string | number | undefined>}
>;

/**
 * Reads limits from the command line: `200m`, `1.5`, `0-2,4`.
 *
 * @throws TsboxError E_USAGE for an invalid value, or without any limit.
 */
export function parseLimitChanges(texts: {readonly [Name in keyof LimitChanges]?: string | undefined}): LimitChanges {
	const changes: Record<string, string | number> = {};
	for (const [name, {option, parse}] of Object.entries(limitOptions)) {
		const text = texts[name as keyof LimitChanges];
		if (text === undefined) continue;
		const parsed = (parse as (text: string) => Parsed<string | number | undefined>)(text);
		if (!parsed.ok)
			throw new TsboxError('E_USAGE', `${option} ${parsed.problem}`, {hint: parsed.hint ?? 'see tsbox update --help'});
		if (parsed.value === undefined)
			throw new TsboxError('E_USAGE', `${option} must be above 0, or -1 for unlimited`, {
				hint: 'write the value of --memory for no swap',
			});
		changes[name] = parsed.value;
	}
	if (Object.keys(changes).length === 0)
		throw new TsboxError('E_USAGE', 'no limit is named', {
			hint: `name one of ${Object.values(limitOptions)
				.map(({option}) => option)
				.join(', ')}`,
		});
	// Each parser returns the type of its field in `LimitChanges`.
	return changes as LimitChanges;
}
