import type {ImageConfig} from '../../spec/model/image-config.ts';
import {quoted} from '../../spec/model/parsed.ts';
import {healthcheckDefaults} from '../../spec/model/healthcheck.ts';
import type {ConfigReader} from './config-values.ts';

const defaultShell = ['/bin/sh', '-c'];
/** Docker refuses a duration below: daemon, validateHealthCheck. Nanoseconds. */
const shortest = 1_000_000;

/**
 * Reads `Healthcheck`, whose durations are in nanoseconds; 0 stands for the default. Undefined if the image says nothing.
 *
 * @param shell - `Shell` of the image, behind which CMD-SHELL puts its text
 * @throws TsboxError E_IMAGE_INVALID for anything else than NONE, CMD and CMD-SHELL.
 */
export function readHealthcheck(
	value: unknown,
	shell: readonly string[] = defaultShell,
	reader: ConfigReader,
): ImageConfig['healthcheck'] {
	const {object, texts, count, fault} = reader;
	const check = object('Healthcheck', value);
	const test = texts('Healthcheck.Test', check?.['Test']);
	if (check === undefined || test === undefined) return undefined;
	const [kind = '', ...words] = test;
	if (kind === 'NONE') return 'none';
	if (kind !== 'CMD' && kind !== 'CMD-SHELL')
		throw fault('Healthcheck.Test', `begins with ${quoted(kind)}, which is none of NONE, CMD and CMD-SHELL`);
	if ((words[0] ?? '') === '') throw fault('Healthcheck.Test', 'names no program');
	const duration = (key: string, normally: number): number => {
		const nanoseconds = count(`Healthcheck.${key}`, check[key]);
		if (nanoseconds > 0 && nanoseconds < shortest) throw fault(`Healthcheck.${key}`, 'is below 1 ms');
		return nanoseconds === 0 ? normally : nanoseconds / 1e6;
	};
	const retries = count('Healthcheck.Retries', check['Retries']);
	return {
		test: kind === 'CMD' ? words : [...shell, ...words],
		intervalMs: duration('Interval', healthcheckDefaults.intervalMs),
		timeoutMs: duration('Timeout', healthcheckDefaults.timeoutMs),
		startPeriodMs: duration('StartPeriod', healthcheckDefaults.startPeriodMs),
		startIntervalMs: duration('StartInterval', healthcheckDefaults.startIntervalMs),
		retries: retries === 0 ? healthcheckDefaults.retries : retries,
	};
}
