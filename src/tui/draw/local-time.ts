/** Local time of day: `09:04:05`. */
export function timeOfDay(at: number): string {
	const date = new Date(at);
	return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** Local date: `2026-05-12`. */
export function dayOf(at: number): string {
	const date = new Date(at);
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Local time of day with milliseconds: `09:04:05.120`. */
export function exactTimeOfDay(at: number): string {
	return `${timeOfDay(at)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`;
}

function two(number: number): string {
	return String(number).padStart(2, '0');
}
