import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Option, Options} from '../verb/command.ts';
import {runtimeCommands, runtimeGlobals} from './runtime-commands.ts';

/** A command line of the runtime, in its parts. */
export interface RuntimeArguments {
	readonly verb: string | undefined;
	readonly globals: Readonly<Record<string, readonly string[]>>;
	readonly options: Readonly<Record<string, readonly string[]>>;
	readonly words: readonly string[];
	/** A help page is asked for. */
	readonly help: boolean;
}

function usage(message: string): TsboxError {
	return new TsboxError('E_USAGE', message, {hint: '`tsbox-runtime --help` lists verbs and options'});
}

type Found = Record<string, string[]>;

/** Takes options, with one or two dashes as in Go, up to the first word that is none. */
function take(words: readonly string[], known: Options, found: Found): readonly string[] {
	for (let at = 0; at < words.length; at += 1) {
		const word = words[at] ?? '';
		if (word === '--') return words.slice(at + 1);
		const [, name = '', , value] = /^--?([^=-][^=]*)(=([^]*))?$/.exec(word) ?? [];
		if (name === '') return words.slice(at);
		const [long, option] = optionOf(known, name) ?? [];
		if (long === undefined || option === undefined) throw usage(`flag provided but not defined: -${name}`);
		const given = option.kind === 'flag' ? (value ?? 'true') : (value ?? words[(at += 1)]);
		if (given === undefined) throw usage(`flag needs an argument: -${name}`);
		if (option.choices !== undefined && !option.choices.includes(given))
			throw usage(`invalid ${long} option: ${JSON.stringify(given)}, must be ${option.choices.join(' or ')}`);
		found[long] = [...(found[long] ?? []), given];
	}
	return [];
}

/** By its long or its short name. */
function optionOf(known: Options, name: string): readonly [string, Option] | undefined {
	return Object.entries<Option>(known).find(([long, {short}]) => long === name || short === name);
}

/**
 * Takes a command line apart. Options may stand after the id too, but for the verbs whose words are a command line.
 *
 * @throws TsboxError E_USAGE.
 */
export function parseRuntime(argv: readonly string[]): RuntimeArguments {
	const globals: Found = {};
	const left = take(argv, runtimeGlobals, globals);
	const [first] = left;
	const asks = (found: Found): boolean => found['help'] !== undefined;
	// `help VERB` is `VERB --help`.
	const isHelp = first === 'help' || first === 'h';
	const [verb, ...words] = isHelp ? left.slice(1) : left;
	const help = isHelp || asks(globals);
	if (verb === undefined) return {verb, globals, options: {}, words: [], help};
	const command = Object.hasOwn(runtimeCommands, verb) ? runtimeCommands[verb] : undefined;
	if (command === undefined) throw usage(`No help topic for '${verb}'`);
	const {refused} = command;
	const isHelpAsked = words.some(word => /^--?h(elp)?$/.test(word));
	if (refused !== undefined && !help) {
		if (isHelpAsked) return {verb, globals, options: {}, words: [], help: true};
		throw new TsboxError('E_HOST_UNSUPPORTED', `${verb} is not supported`, {
			why: refused,
			hint: 'stop the container, and start it anew',
		});
	}
	const known: Options = {...command.options, help: runtimeGlobals['help'] as Option};
	const options: Found = {};
	const plain: string[] = [];
	let more = take(words, known, options);
	if (command.passesOn === true) plain.push(...more);
	else
		while (more.length > 0) {
			plain.push(more[0] ?? '');
			more = take(more.slice(1), known, options);
		}
	return {verb, globals, options, words: plain, help: help || asks(options)};
}
