import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {escapeText} from './escape.ts';
import {jsonText} from './json.ts';
import type {Measure} from './look.ts';
import {table} from './table.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Fills a template in the syntax of `docker ps --format`: `{{.Name}} {{.Memory.Used}}` with names in any case, `{{json .}}`,
 * `{{upper .Name}}` or `{{.Name | upper}}`, also `lower`, `title` and `join`; `\t` and `\n` are a tab and a line break.
 * A missing value is empty.
 *
 * @throws TsboxError E_USAGE for an unknown field or function.
 */
export function formatTemplate(template: string, fields: unknown): string {
	return partsOf(template)
		.map(part => (typeof part === 'string' ? part : filled(part, fields)))
		.join('');
}

/**
 * Fills a template for each row, one line each. A template that begins with `table ` gives columns with headings, separated
 * by the template's tabs.
 *
 * @param sample - a row with every field, so that an unknown field is reported even without rows
 */
export function formatRows(template: string, rows: readonly unknown[], sample: unknown, width: Measure): string {
	const inTable = /^table\s+/.exec(template)?.[0];
	const body = template.slice(inTable?.length ?? 0);
	formatTemplate(body, sample);
	if (inTable === undefined) return rows.map(row => `${formatTemplate(body, row)}\n`).join('');
	const heading = partsOf(body)
		.map(part => (typeof part === 'string' ? part : headingOf(part)))
		.join('');
	const lines = [heading, ...rows.map(row => formatTemplate(body, row))];
	return table(
		lines.map(line => line.split('\t')),
		width,
	);
}

const writeFields = 'write {{.Name}}, {{.Memory.Used}}, {{json .}} or {{upper .Name}}';

interface Place {
	/** The field names that lead to the value; empty for the whole row. */
	readonly path: readonly string[];
	/** The functions applied to the value, in order. */
	readonly steps: readonly Step[];
}

const functions = {
	json: (value: unknown) => jsonText(value).trimEnd(),
	upper: (value: unknown) => textOf(value).toUpperCase(),
	lower: (value: unknown) => textOf(value).toLowerCase(),
	title: (value: unknown) => textOf(value).replaceAll(/\b\p{L}/gu, letter => letter.toUpperCase()),
	join: (value: unknown) => (Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value)),
} as const;
type Step = keyof typeof functions;

function partsOf(template: string): readonly (string | Place)[] {
	return template.split(/(\{\{.*?\}\})/).map(part => {
		if (part.startsWith('{{') && part.endsWith('}}')) return placeOf(part.slice(2, -2).trim());
		if (part.includes('{{'))
			throw new TsboxError('E_USAGE', `--format has a {{ without }}: ${escapeText(part)}`, {hint: writeFields});
		return part.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
	});
}

function placeOf(expression: string): Place {
	const [first = '', ...piped] = expression.split('|').map(part => part.trim());
	const [, before = '', path = ''] = /^(?:(\w+)\s+)?(\.[\w.-]*)$/.exec(first) ?? [];
	if (path === '') {
		throw new TsboxError('E_USAGE', `{{${expression}}} is not a field of --format`, {
			hint: writeFields,
		});
	}
	const words = before === '' ? piped : [before, ...piped];
	return {path: path.split('.').filter(name => name !== ''), steps: words.map(stepOf)};
}

function stepOf(word: string): Step {
	const known = Object.keys(functions) as readonly Step[];
	const step = known.find(name => name === word);
	if (step !== undefined) return step;
	throw unknown(`--format has no function "${word}"`, word, known);
}

function filled({path, steps}: Place, fields: unknown): string {
	const value = path.reduce(valueOf, fields);
	const result = steps.reduce<unknown>((before, step) => functions[step](before), value);
	// jsonText has escaped the value already; escaping it again would change its meaning.
	return steps.at(-1) === 'json' ? String(result) : escapeText(textOf(result));
}

function valueOf(value: unknown, name: string): unknown {
	if (value === null || value === undefined) return value;
	const fields: Fields = typeof value === 'object' ? (value as Fields) : {};
	const known = Object.keys(fields);
	const key = known.find(field => field === name) ?? known.find(field => field.toLowerCase() === name.toLowerCase());
	if (key === undefined) throw unknown(`no field is named "${name}" in --format`, name, known);
	return fields[key];
}

function unknown(message: string, word: string, known: readonly string[]): TsboxError {
	const near = didYouMean(word, known);
	const all = known.length === 0 ? 'It has no fields' : `Use one of ${known.join(', ')}`;
	return new TsboxError('E_USAGE', message, {hint: near === undefined ? all : `did you mean ${near}?`});
}

function textOf(value: unknown): string {
	if (value === null || value === undefined) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

function headingOf({path}: Place): string {
	const name = path.at(-1) ?? '';
	return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}
