import {TsboxError} from '../../errors/tsbox-error.ts';
import {optionOf} from './runtime-main.ts';
import type {RuntimeArguments} from './parse-runtime.ts';

/** The options of `update` by the members of the resources that they set. */
const members = {
	'blkio-weight': ['blockIO', 'weight'],
	'cpu-period': ['cpu', 'period'],
	'cpu-quota': ['cpu', 'quota'],
	'cpu-burst': ['cpu', 'burst'],
	'cpu-rt-period': ['cpu', 'realtimePeriod'],
	'cpu-rt-runtime': ['cpu', 'realtimeRuntime'],
	'cpu-share': ['cpu', 'shares'],
	'cpu-idle': ['cpu', 'idle'],
	'cpuset-cpus': ['cpu', 'cpus'],
	'cpuset-mems': ['cpu', 'mems'],
	memory: ['memory', 'limit'],
	'memory-reservation': ['memory', 'reservation'],
	'memory-swap': ['memory', 'swap'],
	'pids-limit': ['pids', 'limit'],
} as const;

const units: Readonly<Record<string, number>> = {b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4};

function amount(option: string, text: string): number | string {
	if (option.startsWith('cpuset-')) return text;
	const [, number = '', unit = 'b'] = /^(-?\d+)([bkmgt])?$/i.exec(text) ?? [];
	if (number === '')
		throw new TsboxError('E_USAGE', `invalid value for ${option}: ${text}`, {hint: 'write a whole number'});
	return Number(number) * (units[unit.toLowerCase()] ?? 1);
}

/**
 * The resources that the options of `update` name.
 *
 * @throws TsboxError E_USAGE for what is no number.
 */
export function limitOptions(args: RuntimeArguments): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
	const found: Record<string, Record<string, unknown>> = {};
	for (const [option, [group, member]] of Object.entries(members)) {
		const text = optionOf(args, option);
		if (text !== undefined) found[group] = {...found[group], [member]: amount(option, text)};
	}
	return found;
}

/**
 * Warns of options that have no effect, and refuses those that none does.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED.
 */
export function checkLimitOptions(args: RuntimeArguments, warn: (text: string) => void): void {
	for (const name of ['kernel-memory', 'kernel-memory-tcp'])
		if (optionOf(args, name) !== undefined) warn(`--${name} has no effect: the kernel has no such limit any more`);
	for (const name of ['l3-cache-schema', 'mem-bw-schema'])
		if (optionOf(args, name) !== undefined)
			throw new TsboxError('E_HOST_UNSUPPORTED', `--${name} is not supported`, {
				why: '`linux.intelRdt` is refused by create',
				hint: 'leave it out',
			});
}
