import {wrapWords} from '../../view/text/wrap.ts';
import {type Aliases, aliasText} from './aliases.ts';
import {type Command, type CommandGroups, globalOptions, type Option, type Options} from '../verb/command.ts';

/** A word or an option, and what it is. */
type Row = readonly [term: string, what: string];

const widest = 100;
/** What a text beside a term needs at least; with less it stands below. */
const narrowest = 30;
/** Help is ASCII. */
const width = (text: string): number => text.length;

/**
 * The help of tsbox, or of one verb: drawn from the same data that the arguments are read by. A command of an example is a line of
 * its own, however narrow the terminal is, so that it can be copied.
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
					page.list('Options of every verb:', optionRows(globalOptions)),
					page.examples([
						['tsbox init', 'write a spec to start from'],
						['tsbox plan --explain', 'read what would be done, and why'],
						['tsbox up', 'do it'],
					]),
					page.prose('Each verb has a page of its own: tsbox VERB --help'),
				]
			: [
					page.prose(`Usage: ${usageOf(command)}`),
					page.prose(command.describe),
					page.list(
						'Arguments:',
						command.positionals.map(({name, describe}): Row => [name, describe]),
					),
					page.list('Options:', optionRows(command.options)),
					page.list('Options of every verb:', optionRows(globalOptions)),
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

function optionRows(options: Options): readonly Row[] {
	return Object.entries(options).map(([name, {short, value, describe, choices}]: [string, Option]): Row => {
		const letter = short === undefined ? '    ' : `-${short}, `;
		const list = choices === undefined ? '' : ` [${choices.join(', ')}]`;
		return [`${letter}--${name}${value === undefined ? '' : ` ${value}`}`, `${describe}${list}`];
	});
}

/** The parts of a page of that width; an empty list is no part. */
function pageOf(columns: number) {
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
		/** Lists whose texts begin in the same column. */
		lists: (lists: Readonly<Record<string, readonly Row[]>>): readonly string[] => {
			const column = columnOf(Object.values(lists).flat());
			return Object.entries(lists).map(([heading, rows]) => list(heading, rows, column));
		},
		examples: (rows: readonly Row[]): string =>
			rows.length === 0 ? '' : `Examples:\n${rows.map(([line, what]) => `  ${line}\n${indented(what, 6)}`).join('')}`,
	};
}
