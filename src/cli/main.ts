import {speakToCommandLine} from '../errors/callers-words.ts';
import {asForeseen} from '../errors/system-failure.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {type Aliases, aliasesOf, aliasText} from './options/aliases.ts';
import {refuseUnknownTrace} from './options/trace-categories.ts';
import {colourOf} from './output/colour-of.ts';
import {type Command, globalOptions} from './verb/command.ts';
import {allCommands, commandGroups, findCommand, verbNames} from './commands.ts';
import type {EngineApi} from './verb/engine.ts';
import {hasDashScreen} from './output/has-screen.ts';
import {habits} from './options/habits.ts';
import type {Io} from './verb/io.ts';
import {type ParsedArguments, parseArguments} from './options/parse-arguments.ts';
import {present} from '../spec/syntax/pick.ts';
import {themeOf} from './output/theme-of.ts';
import {usageError} from './options/usage-error.ts';

/** Runs one command line and returns the exit status. Never throws. */
export async function main(argv: readonly string[], io: Io, engine: EngineApi): Promise<number> {
	speakToCommandLine();
	try {
		refuseUnknownTrace(io.env);
		return await dispatch(argv, wantsPager(argv) ? io : {...io, page: async text => io.out(text)}, engine);
	} catch (error) {
		return report(error, argv, io);
	}
}

/** Whether a pager may be used. Words after `--` belong to another program. */
function wantsPager(argv: readonly string[]): boolean {
	const end = argv.indexOf('--');
	return !(end === -1 ? argv : argv.slice(0, end)).includes('--no-pager');
}

/** A verb for tsbox itself, so that global options can come before the verb. */
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
	const command = word === undefined ? undefined : await findCommand(word);
	if (command === undefined) return withoutVerb(argv, at, io, engine);
	if (command.dispatch !== undefined) {
		const {globals} = parseArguments(noVerb, argv.slice(0, at));
		const folders = foldersOf({globals});
		const context = {io: await themed(io, engine, folders.config), engine, folders, words: argv, commands: allCommands};
		return command.dispatch(globals.help ? ['--help'] : argv.slice(at + 1), context);
	}
	const args = parseArguments(command, [...argv.slice(0, at), ...argv.slice(at + 1)]);
	if (args.globals.help) return helpOf(command.name, io, engine);
	if (args.globals.version) return version(io);
	const folders = foldersOf(args);
	return command.run(args, {
		io: await themed(io, engine, folders.config),
		engine,
		folders,
		words: argv,
		commands: allCommands,
	});
}

/** Adds the theme of the configuration. The configuration is not read if no stream has colors. */
async function themed(io: Io, engine: EngineApi, config: string | undefined): Promise<Io> {
	if (!colourOf(io, 'stdout') && !colourOf(io, 'stderr')) return io;
	const {theme} = await engine.toolConfig({cwd: io.cwd, env: io.env, ...present({config})});
	return {...io, ...present({theme})};
}

/** The index of the first word that is neither an option nor the value of a global option. */
function verbIndex(argv: readonly string[]): number {
	const valued = Object.entries(globalOptions).filter(([, option]) => option.kind === 'text');
	const isValued = (word: string | undefined) => valued.some(([name]) => word === `--${name}`);
	const index = argv.findIndex((word, at) => !word.startsWith('-') && !isValued(argv[at - 1]));
	return index === -1 ? argv.length : index;
}

async function withoutVerb(argv: readonly string[], at: number, io: Io, engine: EngineApi): Promise<number> {
	const [word, next] = argv.slice(at);
	const {globals} = parseArguments(noVerb, argv.slice(0, at));
	if (globals.version) return version(io);
	if (globals.help && word === undefined) return helpOf(undefined, io, engine);
	if (word === 'help') return helpOf(next, io, engine);
	const aliases = await aliasesOf(io, engine, globals.config, verbNames);
	const words = word === undefined ? undefined : aliases[word];
	// An alias must expand to a verb, because an alias of an alias could loop.
	if (words !== undefined && verbNames.includes(words[verbIndex(words)] ?? ''))
		return dispatch([...argv.slice(0, at), ...words, ...argv.slice(at + 1)], io, engine);
	if (word !== undefined) throw unknownVerb(words?.[verbIndex(words)] ?? word, aliases);
	if (hasDashScreen(io)) {
		const {askWhatFirst} = await import('./output/menu.ts');
		const first = await askWhatFirst(io);
		if (first === undefined) return 0;
		const status = await dispatch([...argv, ...first.words], io, engine);
		if (status === 0) io.out(first.after ?? '');
		return status;
	}
	const {helpPage} = await import('./options/help-page.ts');
	io.err(helpPage(await commandGroups(), undefined, io.columns(), aliases));
	return 2;
}

async function helpOf(verb: string | undefined, io: Io, engine: EngineApi): Promise<number> {
	const isVerb = verb !== undefined && verbNames.includes(verb);
	// Help must work with a broken configuration too.
	const aliases = isVerb ? {} : await aliasesOf(io, engine, undefined, verbNames).catch((): Aliases => ({}));
	const words = verb === undefined ? undefined : aliases[verb];
	if (words !== undefined) {
		io.out(`${verb} stands for: ${aliasText(words)}\n`);
		return 0;
	}
	if (verb !== undefined && !isVerb) throw unknownVerb(verb, aliases);
	const {helpPage} = await import('./options/help-page.ts');
	await io.page(helpPage(await commandGroups(), verb, io.columns(), aliases));
	return 0;
}

function unknownVerb(word: string, aliases: Aliases): TsboxError {
	const hint = Object.hasOwn(habits, word) ? habits[word] : undefined;
	if (hint !== undefined) return new TsboxError('E_USAGE', `there is no verb "${word}"`, {hint});
	return usageError(`there is no verb "${word}"`, {
		word,
		known: [...verbNames, ...Object.keys(aliases)],
	});
}

function version(io: Io): number {
	const {version: number} = JSON.parse(io.own.read('package.json')) as {version: string};
	io.out(`tsbox ${number}\n`);
	return 0;
}

function foldersOf({globals: {store, state, config}}: Pick<ParsedArguments<Record<never, never>>, 'globals'>) {
	return present({store, state, config});
}

/** Prints an error as text, and also as JSON with `--json`. Returns the exit status. */
export async function report(cause: unknown, argv: readonly string[], io: Io): Promise<number> {
	const error = asForeseen(cause);
	const {errorJson, errorText} = await import('../view/text/error-text.ts');
	const end = argv.indexOf('--');
	const wantsJson = (end === -1 ? argv : argv.slice(0, end)).includes('--json');
	// Programs read JSON on standard output; people read standard error.
	if (wantsJson) io.out(errorJson(error));
	io.err(errorText(error, themeOf(io, 'stderr')));
	// 125 marks a failure of tsbox rather than of the command, as in podman-run(1).
	return isTsboxError(error) ? error.exitStatus : 125;
}
