import {wrapWords} from '../../view/text/wrap.ts';
import {type Aliases, aliasText} from './aliases.ts';
import {type Command, type CommandGroups, globalOptions, type Option, type Options} from '../verb/command.ts';

/** A line of a list: what it is about, and what to know of it. */
type Row = readonly [term: string, what: string];

/** The widest line of a help page, characters. */
export const widest = 100;
/** The narrowest description column. Narrower descriptions go below their term. */
const narrowest = 30;
/** Characters are columns, because help is ASCII. */
const width = (text: string): number => text.length;

/**
 * The help page of tsbox or of one verb, from the data that also drives the argument parser. The command of an example is
 * never wrapped, so that it can be copied.
 */
export function helpPage(
	groups: CommandGroups,
	verb: string | undefined,
	columns: number,
	aliases: Aliases = {},
): string {
	const command = Object.values(groups)
		.flat()
		.find(({name}) => name === verb);
	const page = pageOf(Math.min(columns, widest));
	const sections =
		command === undefined
			? [
					page.prose('Usage: tsbox VERB [ARGUMENTS]'),
					page.prose('Containers you can read: a YAML spec becomes visible steps of stock Linux tools.'),
					...page.lists({
						...Object.fromEntries(
							Object.entries(groups).map(([heading, verbs]) => [
								`${heading}:`,
								verbs.map(({name, describe}): Row => [name, describe]),
							]),
						),
						'Aliases:': Object.entries(aliases).map(([name, words]): Row => [name, aliasText(words)]),
					}),
					page.list('Global options:', optionRows(globalOptions)),
					page.examples([
						['tsbox init', 'write a starter spec'],
						['tsbox plan --explain', 'read each step and its reason'],
						['tsbox up', 'run the steps'],
					]),
					page.prose('For help on a verb: tsbox VERB --help'),
				]
			: [
					page.prose(`Usage: ${usageOf(command)}`),
					page.prose(command.describe),
					page.list(
						'Arguments:',
						command.positionals.map(({name, describe}): Row => [name, describe]),
					),
					page.list('Options:', optionRows(command.options)),
					page.list('Global options:', optionRows(globalOptions)),
					page.examples(command.examples),
				];
	return sections.filter(section => section !== '').join('\n');
}

function usageOf({name, positionals, rest}: Command): string {
	const words = positionals.map(({name: word, required, many}) =>
		bracket(`${word}${many === true ? '...' : ''}`, required === true),
	);
	const more = rest === undefined ? [] : [bracket(rest.required ? '[--] COMMAND...' : '-- COMMAND...', rest.required)];
	return ['tsbox', name, '[OPTIONS]', ...words, ...more].join(' ');
}

function bracket(word: string, required: boolean): string {
	return required ? word : `[${word}]`;
}

/** Options as rows of a list. */
export function optionRows(options: Options): readonly Row[] {
	return Object.entries(options).map(([name, {short, value, describe, choices}]: [string, Option]): Row => {
		const letter = short === undefined ? '    ' : `-${short}, `;
		const list = choices === undefined ? '' : ` [${choices.join(', ')}]`;
		return [`${letter}--${name}${value === undefined ? '' : ` ${value}`}`, `${describe}${list}`];
	});
}

/** The sections of a page of this width. An empty list gives an empty section. */
export function pageOf(columns: number) {
	const indented = (text: string, indent: number): string =>
		wrapWords(text, columns - indent, width)
			.map(line => `${' '.repeat(indent)}${line}\n`)
			.join('');
	const columnOf = (rows: readonly Row[]): number => Math.max(...rows.map(([term]) => term.length)) + 4;
	const list = (heading: string, rows: readonly Row[], column: number): string => {
		if (rows.length === 0) return '';
		const isBeside = columns - column >= narrowest;
		const lines = rows.map(([term, what]) =>
			isBeside ? `  ${term}${indented(what, column).slice(term.length + 2)}` : `  ${term}\n${indented(what, 10)}`,
		);
		return `${heading}\n${lines.join('')}`;
	};
	return {
		prose: (text: string): string => indented(text, 0),
		list: (heading: string, rows: readonly Row[]): string => list(heading, rows, columnOf(rows)),
		/** Lists whose descriptions start in the same column. */
		lists: (lists: Readonly<Record<string, readonly Row[]>>): readonly string[] => {
			const column = columnOf(Object.values(lists).flat());
			return Object.entries(lists).map(([heading, rows]) => list(heading, rows, column));
		},
		examples: (rows: readonly Row[]): string =>
			rows.length === 0 ? '' : `Examples:\n${rows.map(([line, what]) => `  ${line}\n${indented(what, 6)}`).join('')}`,
	};
}
