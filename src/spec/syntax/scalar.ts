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

/** Parses `true` or `false`, also as text. */
export function parseBoolean(value: string | boolean): Parsed<boolean> {
	const text = String(value).trim();
	if (text === 'true' || text === 'false') return good(text === 'true');
	const other = /^(?:yes|on|y|1)$/i.test(text) ? 'true' : /^(?:no|off|n|0)$/i.test(text) ? 'false' : undefined;
	return bad(
		`must be \`true\` or \`false\`, not ${quoted(value)}`,
		other === undefined ? undefined : `write \`${other}\``,
	);
}
