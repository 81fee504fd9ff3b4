const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A duration for people: `0.4 ms`, `41 ms`, `1.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
	if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
	if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
	if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))} s`;
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** An age in its largest unit, like `docker ps`: `8 seconds`, `3 hours`, `2 days`. */
export function age(ms: number): string {
	if (ms < minuteMs) return plural(Math.max(0, Math.floor(ms / 1000)), 'second');
	if (ms < hourMs) return plural(Math.floor(ms / minuteMs), 'minute');
	if (ms < 2 * dayMs) return plural(Math.floor(ms / hourMs), 'hour');
	return plural(Math.floor(ms / dayMs), 'day');
}

/** A count and its noun: `1 step`, `2 steps`. */
export function plural(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
