import {bad, good, type Parsed} from '../model/parsed.ts';
import {parseDuration} from '../values/duration.ts';

/** Parses a time to whole microseconds: a number of them, or a duration such as `400ms`. Source: Compose Specification, `cpu_rt_period`. */
export function parseMicroseconds(written: string | number): Parsed<number> {
	const text = String(written).trim();
	const time = /^\d+$/.test(text) ? good(Number(text)) : inDuration(text);
	if (!time.ok || (time.value >= 1 && time.value <= 1_000_000 * 3600)) return time;
	return bad('must be from a microsecond to an hour', 'write `400ms`, or a number of microseconds');
}

function inDuration(text: string): Parsed<number> {
	const parsed = parseDuration(text);
	return parsed.ok ? good(Math.round(parsed.value * 1000)) : parsed;
}
