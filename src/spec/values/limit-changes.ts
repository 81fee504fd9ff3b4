import {TsboxError} from '../../errors/tsbox-error.ts';
import {parseCpuset} from './cpuset.ts';
import {cpusetAsShown} from './cpuset-list.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {numberIn} from '../syntax/scalar.ts';
import {parsePositiveSize, parseSwapSize} from './size.ts';

/** Limits that are to be changed; what is left out stays as it is. */
export interface LimitChanges {
	/** Bytes. */
	readonly memory?: number;
	/** Memory and swap together, bytes; -1 for unlimited swap. */
	readonly memorySwap?: number;
	/** Bytes. */
	readonly memoryReservation?: number;
	/** Processors that it may keep busy. */
	readonly cpus?: number;
	readonly cpuShares?: number;
	/** A list as cpuset(7) writes it: `0-2,4`. */
	readonly cpusetCpus?: string;
	/** -1 for unlimited. */
	readonly pidsLimit?: number;
	/** 10 to 1000. */
	readonly blkioWeight?: number;
}

/** The kernel counts in pages: less than one would be a limit of nothing, and cgroup v2 would kill for it. */
const smallestMemory = 4096;

function parseMemory(text: string): Parsed<number> {
	const parsed = parsePositiveSize(text);
	return parsed.ok && parsed.value < smallestMemory
		? bad(`must be at least ${smallestMemory} bytes, not ${quoted(text)}`, 'write `100m` for 100 MiB')
		: parsed;
}

function parseProcessors(text: string): Parsed<string> {
	const parsed = parseCpuset(text);
	// It is compared with what the kernel shows.
	return parsed.ok ? good(cpusetAsShown(parsed.value)) : parsed;
}

/** Each limit: its option, the key of a spec that has the same meaning and range, and what reads it. */
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
 * Reads limits as a person writes them: `200m`, `1.5`, `0-2,4`.
 *
 * @throws TsboxError E_USAGE for a value that cannot be, and when there is none at all.
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
	// Each parser gave the type that its name has above.
	return changes as LimitChanges;
}
