import {parseArgs} from 'node:util';
import {type Arguments, type Command, globalOptions, type Option, type Options, type Values} from '../verb/command.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {escapeText} from '../../view/text/escape.ts';
import {usageError} from './usage-error.ts';

/** The arguments of a verb, with the global options. */
export type ParsedArguments<O extends Options> = Arguments<O> & {readonly globals: Values<typeof globalOptions>};

/**
 * Parses the arguments of a verb, but not the command after `--`. The last of repeated options counts, as in Docker and Podman.
 *
 * @throws TsboxError E_USAGE for an unknown option, a missing or wrong value, too few or too many arguments.
 */
export function parseArguments<O extends Options>(command: Command<O>, argv: readonly string[]): ParsedArguments<O> {
	const options: Options = {...command.options, ...globalOptions};
	const [own, rest] = split(argv, command, options);
	const positionals: string[] = [];
	const written = new Map<string, string[]>();
	let unknown: string | undefined;
	for (const token of tokensOf(own, options)) {
		if (token.kind === 'positional') positionals.push(token.value);
		if (token.kind !== 'option') continue;
		const {name, rawName} = token;
		const option = Object.hasOwn(options, name) ? options[name] : undefined;
		if (option === undefined) unknown ??= rawName;
		else written.set(name, [...(written.get(name) ?? []), writtenValue(token, option, command)]);
	}
	const values: Record<string, string | number | boolean | readonly string[] | undefined> = {};
	for (const [name, option] of Object.entries(options))
		values[name] = valueOf(name, option, written.get(name) ?? [], command);
	if (unknown !== undefined) throw unknownOption(unknown, options, command, own);
	if (values['help'] !== true) checkCounts(command, positionals, rest, own);
	// valueOf returns the type that Values declares for each kind.
	return {values: values as Values<O>, globals: values as Values<typeof globalOptions>, positionals, rest};
}

/**
 * Splits a verb's own arguments from the command after `--`. If the command is required, `--` is optional and the command
 * starts after the container name, as in Docker and Podman.
 */
function split<O extends Options>(
	argv: readonly string[],
	command: Command<O>,
	options: Options,
): readonly [readonly string[], readonly string[] | undefined] {
	const bare = command.rest?.bare === true;
	const name =
		(command.rest?.required === true || bare) && tokensOf(argv, options).find(({kind}) => kind === 'positional');
	if (name) {
		const after = name.index + command.positionals.length;
		const first = argv[after];
		if (bare && first !== undefined && first !== '--') return [argv.slice(0, after), argv.slice(after)];
		if (first?.startsWith('-') === false) return [argv.slice(0, after), argv.slice(after)];
		if (first === '--') return [argv.slice(0, after), argv.slice(after + 1)];
	}
	const end = argv.indexOf('--');
	return end === -1 ? [argv, undefined] : [argv.slice(0, end), argv.slice(end + 1)];
}

type Named = Pick<Command, 'name'>;

/** Lenient, because Node's own errors name neither the verb nor a hint. The caller checks options and values. */
function tokensOf(argv: readonly string[], options: Options) {
	const longNames = new Map(Object.entries(options).map(([name, {short}]) => [short, `--${name}`]));
	// Node reads `-d=false` as several short options.
	const args = argv.map(word => word.replace(/^-[a-zA-Z](?==)/, letter => longNames.get(letter[1]) ?? letter));
	const shapes = Object.entries(options).map(([name, {kind, short}]) => {
		const type = kind === 'flag' ? ('boolean' as const) : ('string' as const);
		return [name, short === undefined ? {type} : {type, short}] as const;
	});
	return parseArgs({args, options: Object.fromEntries(shapes), strict: false, tokens: true}).tokens;
}

type OptionToken = Extract<ReturnType<typeof tokensOf>[number], {kind: 'option'}>;

function writtenValue({name, rawName, value, inlineValue}: OptionToken, {kind}: Option, command: Named): string {
	if (kind === 'flag') return value ?? 'true';
	// Node takes an option as the value of the option before it. A negative number is a valid value.
	if (value === undefined || (!inlineValue && /^-[^0-9]/.test(value)))
		throw usageError(`--${name} needs a value`, undefined, command.name);
	// `-ite=NAME` means `-iteNAME`.
	return inlineValue && !rawName.startsWith('--') && value.startsWith('=') ? value.slice(1) : value;
}

function valueOf(
	name: string,
	option: Option,
	all: readonly string[],
	command: Named,
): string | number | boolean | readonly string[] | undefined {
	const last = all.at(-1);
	switch (option.kind) {
		case 'flag':
			return last === 'true';
		case 'list':
			return option.choices === undefined ? all : chosen(name, all, option.choices, command);
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

/** The values of a list of choices, which may also be written with commas. */
function chosen(name: string, all: readonly string[], choices: readonly string[], command: Named): readonly string[] {
	const words = all.flatMap(value => value.split(','));
	const wrong = words.find(word => !choices.includes(word));
	if (wrong !== undefined) throw wrongChoice(`--${name}`, wrong, choices, command);
	return words;
}

function unknownOption(written: string, options: Options, command: Shape, words: readonly string[]) {
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
 * The hint for a command without `--`, as Docker and Podman allow: `tsbox run spec.yaml ls -l`.
 *
 * @param places - word indexes where the command may start; the first word and options are skipped
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
		throw usageError(`${command.name} takes no command after --`, undefined, command.name);
	if ((rest === undefined || rest.length === 0) && command.rest?.required === true)
		throw usageError(`${command.name} needs a command`, undefined, command.name);
}

function surplusArgument(command: Shape, surplus: string, words: readonly string[]) {
	const message = `${command.name} does not take the argument "${surplus}"`;
	const hint = forCommand(command, words, words.indexOf(surplus) - 1, words.indexOf(surplus));
	return hint === undefined ? usageError(message, undefined, command.name) : new TsboxError('E_USAGE', message, {hint});
}
