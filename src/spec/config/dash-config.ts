import * as z from 'zod/mini';
import {dashColumns, dashThemes} from './dash-words.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {key, parsedBy, text, textOrBoolean} from '../values/schema-parts.ts';

/** The configuration of the dashboard. The dashboard has defaults for missing values. */
export interface DashConfig {
	readonly theme?: (typeof dashThemes)[number];
	/** Draw with ASCII characters only. */
	readonly ascii?: boolean;
	readonly mouse?: boolean;
	readonly columns?: readonly (typeof dashColumns)[number][];
	/** The keys for each action, by its name. */
	readonly keys?: Readonly<Record<string, readonly string[]>>;
}

/** `x`, `X`, `/`, `space`, `ctrl-p`, `shift-up`, `f5`. */
const keyPattern =
	/^(?:(?:ctrl|alt|shift)-)*(?:[!-~]|space|enter|esc|tab|up|down|left|right|home|end|pageup|pagedown|backspace|delete|insert|f\d{1,2})$/;

function parseKey(word: string): Parsed<string> {
	return keyPattern.test(word)
		? good(word)
		: bad(`must be a key, not ${quoted(word)}`, 'write `x`, `X`, `ctrl-p`, `space` or `f5`');
}

const keyWord = parsedBy(text, parseKey);

function parseColumns(names: readonly (typeof dashColumns)[number][]): Parsed<readonly (typeof dashColumns)[number][]> {
	if (!names.includes('name')) return bad('must have `name` among them');
	const twice = names.find((name, at) => names.indexOf(name) !== at);
	return twice === undefined ? good(names) : bad(`must have each column once, and has ${quoted(twice)} twice`);
}

/** The schema of the key `dash` in tsbox's configuration. */
export const dashSchema = z.strictObject(
	{
		theme: key(
			'Its colours: for a dark terminal, a light one, or none.',
			z.enum(dashThemes, {error: `must be one of ${dashThemes.join(', ')}`}),
		),
		ascii: key('Draw with no character beyond ASCII.', parsedBy(textOrBoolean, parseBoolean)),
		mouse: key('Take clicks and the wheel; without, the terminal selects text.', parsedBy(textOrBoolean, parseBoolean)),
		columns: key(
			'The columns of the overview, in their order.',
			parsedBy(
				z.array(z.enum(dashColumns, {error: `must be one of ${dashColumns.join(', ')}`}), {error: 'must be a list'}),
				parseColumns,
			),
		),
		keys: key(
			'Other keys, by the name of what they do as `tsbox dash --keys` lists them: a key or a list of them.',
			z.record(z.string(), z.union([keyWord, z.array(keyWord)], {error: 'must be a key or a list of keys'}), {
				error: 'must be a map',
			}),
		),
	},
	{error: 'must be a map'},
);

/** Converts the output of the schema to a {@link DashConfig}. */
export function readDashConfig(output: z.output<typeof dashSchema>): DashConfig {
	const {theme, ascii, mouse, columns, keys} = output;
	return {
		...(theme !== undefined && {theme}),
		...(ascii !== undefined && {ascii}),
		...(mouse !== undefined && {mouse}),
		...(columns !== undefined && {columns}),
		...(keys !== undefined && {
			keys: Object.fromEntries(
				Object.entries(keys).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
			),
		}),
	};
}
