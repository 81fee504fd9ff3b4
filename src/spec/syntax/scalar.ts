import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** The range of a number. Only whole numbers unless `fractions` is set. */
export interface NumberRange {
	readonly min: number;
	readonly max: number;
	readonly fractions?: boolean;
	/** An additional value: -1 for unlimited. */
	readonly also?: number;
}

/** Creates a parser for numbers. It accepts text, because an interpolated value is always text. */
export function numberIn(range: NumberRange): (value: string | number) => Parsed<number> {
	const {min, max, fractions = false, also} = range;
	const kind = fractions ? 'a number' : 'a whole number';
	const shape = `must be ${kind} from ${min} to ${max}${also === undefined ? '' : `, or ${also}`}`;
	return value => {
		const text = String(value).trim();
		const number = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
		const fits = number === also || (number >= min && number <= max && (fractions || Number.isInteger(number)));
		return fits ? good(number) : bad(`${shape}, not ${quoted(value)}`);
	};
}

/** A parser of a limit for which 0 means that there is none, as in Compose; the result is then undefined. */
export function unlessZero(
	parse: (value: string | number) => Parsed<number>,
): (value: string | number) => Parsed<number | undefined> {
	return value => (/^0+(?:\.0*)?(?:b|[kmgtp]i?b?)?$/i.test(String(value).trim()) ? good(undefined) : parse(value));
}

/** Parses `true` or `false`, also as text, and the words of YAML 1.1, which Compose takes too. */
export function parseBoolean(value: string | boolean): Parsed<boolean> {
	const text = String(value).trim().toLowerCase();
	if (/^(?:true|yes|on|y)$/.test(text)) return good(true);
	if (/^(?:false|no|off|n)$/.test(text)) return good(false);
	const other = text === '1' ? 'true' : text === '0' ? 'false' : undefined;
	return bad(
		`must be \`true\` or \`false\`, not ${quoted(value)}`,
		other === undefined ? undefined : `write \`${other}\``,
	);
}
