import parser from 'yargs-parser';
import {type Arguments, type Command, globalOptions, type Option, type Options, type Values} from '../verb/command.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {shellCommand} from '../../step/verbs/shell-word.ts';
import {escapeText} from '../../view/text/escape.ts';
import {usageError} from './usage-error.ts';

/** The arguments of a verb, with the options that every verb has. */
export type ParsedArguments<O extends Options> = Arguments<O> & {readonly globals: Values<typeof globalOptions>};

/**
 * Takes the arguments after a verb apart, with the parser of yargs alone.
 * The command after `--` is left alone. The same option twice: the last one counts, as in docker and podman.
 * @throws TsboxError E_USAGE for an unknown option, a missing or wrong value, too few or too many arguments.
 */
export function parseArguments<O extends Options>(command: Command<O>, argv: readonly string[]): ParsedArguments<O> {
	const options: Options = {...command.options, ...globalOptions};
	const [own, rest] = split(argv, command, options);
	const {argv: parsed, error} = parser.detailed([...separateValues(own, options)], parserOptions(options));
	if (error !== null) throw missingValue(error, command);
	const values: Record<string, string | number | boolean | readonly string[] | undefined> = {};
	for (const [name, option] of Object.entries(options)) values[name] = valueOf(name, option, parsed[name], command);
	for (const key of Object.keys(parsed))
		if (key !== '_' && !isKnown(key, options)) throw unknownOption(key, options, command, own);
	const positionals = parsed._.map(String);
	if (values['help'] !== true) checkCounts(command, positionals, rest, own);
	// valueOf gave each option the type of its kind, which is what Values says.
	return {values: values as Values<O>, globals: values as Values<typeof globalOptions>, positionals, rest};
}

/**
 * The verb's own arguments, and the command it is to run, which follows `--`. Where there must be one, `--` may be left
 * out: as in docker and podman the command begins right behind the container's name.
 */
function split<O extends Options>(
	argv: readonly string[],
	command: Command<O>,
	options: Options,
): readonly [readonly string[], readonly string[] | undefined] {
	if (command.rest?.required === true) {
		const {configuration, ...rest} = parserOptions(options);
		const halting = {...rest, configuration: {...configuration, 'halt-at-non-option': true}};
		const words = parser(separateValues(argv, options) as string[], halting)._.map(String);
		const [first] = words.slice(command.positionals.length);
		const after = argv.length - words.length + command.positionals.length;
		if (first !== undefined && !first.startsWith('-')) return [argv.slice(0, after), argv.slice(after)];
		if (first === '--') return [argv.slice(0, after), argv.slice(after + 1)];
	}
	const end = argv.indexOf('--');
	return end === -1 ? [argv, undefined] : [argv.slice(0, end), argv.slice(end + 1)];
}

type Named = Pick<Command, 'name'>;

function parserOptions(options: Options): parser.Options {
	const entries = Object.entries(options);
	const flags = entries.filter(([, option]) => option.kind === 'flag').map(([name]) => name);
	const valued = entries.filter(([, option]) => option.kind !== 'flag').map(([name]) => name);
	return {
		boolean: flags,
		// Numbers are read here too: the parser would make NaN of a typing error without a word.
		string: [...valued, '_'],
		narg: Object.fromEntries(valued.map(name => [name, 1])),
		array: entries.filter(([, option]) => option.kind === 'list').map(([name]) => name),
		alias: Object.fromEntries(entries.flatMap(([name, {short}]) => (short === undefined ? [] : [[name, [short]]]))),
		configuration: {
			'boolean-negation': false,
			'camel-case-expansion': false,
			'dot-notation': false,
			'greedy-arrays': false,
			'parse-numbers': false,
			'parse-positional-numbers': false,
			'strip-aliased': true,
		},
	};
}

/** `-eNAME=x`, `-itw/tmp`: yargs reads a letter behind a letter as one more option, everyone else as the value. */
function separateValues(argv: readonly string[], options: Options): readonly string[] {
	const byShort = new Map(Object.values(options).map(option => [option.short, option]));
	return argv.flatMap(argument => {
		if (!/^-[a-zA-Z]/.test(argument)) return [argument];
		const index = Array.from(argument).findIndex((letter, at) => at > 0 && takesValue(byShort.get(letter)));
		if (index === -1 || index === argument.length - 1) return [argument];
		const value = argument.slice(index + 1);
		return [`${argument.slice(0, index + 1)}=${value.startsWith('=') ? value.slice(1) : value}`];
	});
}

function takesValue(option: Option | undefined): boolean {
	return option !== undefined && option.kind !== 'flag';
}

function valueOf(
	name: string,
	option: Option,
	raw: string | boolean | readonly string[] | undefined,
	command: Named,
): string | number | boolean | readonly string[] | undefined {
	const all = raw === undefined ? [] : typeof raw === 'object' ? raw.map(String) : [String(raw)];
	const last = all.at(-1);
	switch (option.kind) {
		case 'flag':
			return last === 'true';
		case 'list':
			return all;
		case 'text':
			if (last !== undefined && option.choices !== undefined && !option.choices.includes(last))
				throw wrongChoice(`--${name}`, last, option.choices, command);
			return last;
		case 'number':
			if (last === undefined) return undefined;
			if (!/^\d+(\.\d+)?$/.test(last))
				throw usageError(`--${name} takes a number, not "${last}"`, undefined, command.name);
			return Number(last);
	}
}

function isKnown(key: string, options: Options): boolean {
	return Object.entries(options).some(([name, {short}]) => name === key || short === key);
}

function unknownOption(key: string, options: Options, command: Shape, words: readonly string[]) {
	const written = key.length === 1 ? `-${key}` : `--${key}`;
	const at = words.findIndex(word => word === written || word.startsWith(written));
	const meant = forCommand(command, words, at - 1);
	if (meant !== undefined) return new TsboxError('E_USAGE', `${command.name} has no option ${written}`, {hint: meant});
	return usageError(
		`${command.name} has no option ${written}`,
		{word: written, known: Object.keys(options).map(name => `--${name}`)},
		command.name,
	);
}

/**
 * The hint for a command that was written without `--`, as docker and podman have it: `tsbox run spec.yaml ls -l`.
 *
 * @param places - where in the words the command may begin; where an option or the spec is there it does not
 */
function forCommand({name, rest}: Shape, words: readonly string[], ...places: readonly number[]): string | undefined {
	if (rest === undefined || rest.required) return undefined;
	const lines = places
		.filter(at => at > 0 && words[at]?.startsWith('-') === false)
		.map(at => shellCommand(['tsbox', name, ...words.slice(0, at), '--', ...words.slice(at)]));
	return lines.length === 0
		? undefined
		: `put \`--\` before a command: ${lines.map(line => `\`${escapeText(line)}\``).join(' or ')}`;
}

function missingValue(error: Error, command: Named) {
	const name = /: (.*)$/.exec(error.message)?.[1] ?? '';
	return usageError(`--${name} needs a value`, undefined, command.name);
}

function wrongChoice(what: string, word: string, choices: readonly string[], command: Named) {
	return usageError(`${what} is one of ${choices.join(', ')}, not "${word}"`, {word, known: choices}, command.name);
}

type Shape = Pick<Command, 'name' | 'positionals' | 'rest'>;

function checkCounts(
	command: Shape,
	positionals: readonly string[],
	rest: readonly string[] | undefined,
	words: readonly string[],
): void {
	command.positionals.forEach((positional, index) => {
		const given = positionals[index];
		if (given === undefined && positional.required === true)
			throw usageError(`${command.name} needs ${positional.name}`, undefined, command.name);
		if (given !== undefined && positional.choices !== undefined && !positional.choices.includes(given))
			throw wrongChoice(positional.name, given, positional.choices, command);
	});
	const surplus = positionals[command.positionals.length];
	if (surplus !== undefined && command.positionals.at(-1)?.many !== true)
		throw surplusArgument(command, surplus, words);
	if (rest !== undefined && command.rest === undefined)
		throw usageError(`${command.name} takes nothing after --`, undefined, command.name);
	if ((rest === undefined || rest.length === 0) && command.rest?.required === true)
		throw usageError(`${command.name} needs a command`, undefined, command.name);
}

function surplusArgument(command: Shape, surplus: string, words: readonly string[]) {
	const message = `${command.name} has no use for "${surplus}"`;
	const hint = forCommand(command, words, words.indexOf(surplus) - 1, words.indexOf(surplus));
	return hint === undefined ? usageError(message, undefined, command.name) : new TsboxError('E_USAGE', message, {hint});
}
