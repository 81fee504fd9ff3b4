import {parseDuration} from '../../spec/values/duration.ts';

/** A moment in ms since the epoch: so long before `now` (`10m`), or a date as Date.parse(3) reads it; NaN for neither. */
export function sinceTime(text: string, now: number): number {
	const duration = parseDuration(text);
	if (duration.ok) return now - duration.value;
	return /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}
