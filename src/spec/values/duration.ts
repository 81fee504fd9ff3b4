import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

const milliseconds: Readonly<Record<string, number>> = {us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000};
const part = /(\d+(?:\.\d+)?|\.\d+)(us|ms|s|m|h)/y;

/**
 * Parses a Compose duration to milliseconds: `10us`, `500ms`, `1m30s`, `1h`, and `0`. Refuses another number without a unit.
 * Source: Compose Specification, "Specifying durations".
 */
export function parseDuration(duration: string | number): Parsed<number> {
	const text = String(duration).trim();
	if (/^0+$/.test(text)) return good(0);
	const shape = 'must be a duration such as `10s`, `1m30s` or `500ms`';
	if (text !== '' && Number.isFinite(Number(text))) {
		return bad(`${shape}, not ${quoted(text)}`, `write the unit: \`${text}s\``);
	}
	let total = 0;
	let at = 0;
	while (at < text.length) {
		part.lastIndex = at;
		const match = part.exec(text);
		const [whole, amount, unit] = match ?? [];
		const factor = milliseconds[unit ?? ''];
		if (whole === undefined || factor === undefined) return bad(`${shape}, not ${quoted(text)}`);
		total += Number(amount) * factor;
		at += whole.length;
	}
	if (text === '' || !Number.isFinite(total)) return bad(`${shape}, not ${quoted(text)}`);
	return good(total);
}

const dayMs = 86_400_000;

/** Parses an age to milliseconds: a duration of {@link parseDuration} that may begin with weeks and days: `30d`, `1w`, `2d12h`. */
export function parseAge(text: string): Parsed<number> {
	const [, weeks = '0', days = '0', rest = ''] = /^(?:(\d{1,6})w)?(?:(\d{1,6})d)?(.*)$/.exec(text.trim()) ?? [];
	const isWhole = rest === '' && text.trim() !== '';
	const time = isWhole ? good(0) : parseDuration(rest);
	if (time.ok) return good((Number(weeks) * 7 + Number(days)) * dayMs + time.value);
	return bad(`must be an age such as \`30d\`, \`12h\` or \`1w\`, not ${quoted(text)}`);
}
