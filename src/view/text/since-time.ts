import {parseDuration} from '../../spec/values/duration.ts';

/** A time in ms since the epoch, from a duration before `now` (`10m`) or a date that Date.parse accepts; NaN for neither. */
export function sinceTime(text: string, now: number): number {
	const duration = parseDuration(text);
	if (duration.ok) return now - duration.value;
	return /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}
