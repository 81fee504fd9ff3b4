import {join} from 'node:path';
import {asForeseen} from '../errors/system-failure.ts';
import {isTsboxError, type TsboxError} from '../errors/tsbox-error.ts';
import {type Command, globalOptions} from './command.ts';
import {commands} from './commands.ts';
import type {EngineApi} from './engine-api.ts';
import type {Io} from './io.ts';
import {type ParsedArguments, parseArguments} from './parse-arguments.ts';
import {given} from './run-options.ts';
import {themeOf} from './theme-of.ts';
import {usageError} from './usage-error.ts';

/** Carries out one command line and gives the exit status; never throws. */
export async function main(argv: readonly string[], io: Io, engine: EngineApi): Promise<number> {
	try {
		return await dispatch(argv, io, engine);
	} catch (error) {
		return report(error, argv, io);
	}
}

/** Stands for tsbox itself, so that its options may be written before the verb. */
const noVerb: Command = {
	name: 'tsbox',
	describe: '',
	examples: [],
	options: {},
	positionals: [],
	run: () => Promise.resolve(2),
};

async function dispatch(argv: readonly string[], io: Io, engine: EngineApi): Promise<number> {
	const at = verbIndex(argv);
	const word = argv[at];
	const command = commands.find(({name}) => name === word);
	if (command === undefined) return withoutVerb(argv.slice(0, at), word, argv[at + 1], io);
	const args = parseArguments(command, [...argv.slice(0, at), ...argv.slice(at + 1)]);
	if (args.globals.help) return helpOf(command.name, io);
	if (args.globals.version) return version(io);
	return command.run(args, {io, engine, folders: foldersOf(args), commands});
}

/** The place of the first word that is neither an option nor the value of a global one. */
function verbIndex(argv: readonly string[]): number {
	const valued = Object.entries(globalOptions).filter(([, option]) => option.kind === 'text');
	const isValued = (word: string | undefined) => valued.some(([name]) => word === `--${name}`);
	const index = argv.findIndex((word, at) => !word.startsWith('-') && !isValued(argv[at - 1]));
	return index === -1 ? argv.length : index;
}

async function withoutVerb(
	before: readonly string[],
	word: string | undefined,
	next: string | undefined,
	io: Io,
): Promise<number> {
	const {globals} = parseArguments(noVerb, before);
	if (globals.version) return version(io);
	if (globals.help && word === undefined) return helpOf(undefined, io);
	if (word === 'help') return helpOf(next, io);
	if (word !== undefined) throw unknownVerb(word);
	const {helpPage} = await import('./help-page.ts');
	io.err(await helpPage(commands, undefined, io.columns()));
	return 2;
}

async function helpOf(verb: string | undefined, io: Io): Promise<number> {
	if (verb !== undefined && !commands.some(({name}) => name === verb)) throw unknownVerb(verb);
	const {helpPage} = await import('./help-page.ts');
	io.out(await helpPage(commands, verb, io.columns()));
	return 0;
}

function unknownVerb(word: string): TsboxError {
	return usageError(`there is no verb "${word}"`, {word, known: commands.map(({name}) => name)});
}

function version(io: Io): number {
	const {version: number} = JSON.parse(io.readFile(join(io.packageFolder, 'package.json'))) as {version: string};
	io.out(`tsbox ${number}\n`);
	return 0;
}

function foldersOf({globals: {store, state, config}}: ParsedArguments<Record<never, never>>) {
	return given({store, state, config});
}

/** Says what went wrong, as text and where asked for as JSON; gives the exit status. */
export async function report(cause: unknown, argv: readonly string[], io: Io): Promise<number> {
	const error = asForeseen(cause);
	const {errorJson, errorText} = await import('../view/error-text.ts');
	const end = argv.indexOf('--');
	const wantsJson = (end === -1 ? argv : argv.slice(0, end)).includes('--json');
	// A program reads JSON from standard output; a person reads the same error on standard error.
	if (wantsJson) io.out(errorJson(error));
	io.err(errorText(error, themeOf(io, 'stderr')));
	// A bug is tsbox's failure, not the command's: 125, as podman-run(1) has it.
	return isTsboxError(error) ? error.exitStatus : 125;
}
