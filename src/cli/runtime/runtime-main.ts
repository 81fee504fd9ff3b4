import {resolve} from 'node:path';
import {isError} from '../../errors/is-error.ts';
import {asForeseen} from '../../errors/system-failure.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {present} from '../../spec/syntax/pick.ts';
import {defaultRoot} from './default-root.ts';
import {parseRuntime, type RuntimeArguments} from './parse-runtime.ts';

/** What the command line of the runtime needs of its process. */
export interface RuntimeIo {
	readonly out: (text: string) => void;
	readonly err: (text: string) => void;
	readonly version: () => string;
	/** The width of the terminal, characters. */
	readonly columns: () => number;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	/** A person reads what `err` gets. */
	readonly isTerminal: boolean;
}

/** What a verb of the runtime gets. */
export interface RuntimeContext {
	readonly io: RuntimeIo;
	/** The engine's folder of all its containers. */
	readonly root: string;
	/** Where tsbox keeps its own. */
	readonly folders: {readonly state?: string; readonly store?: string; readonly config?: string};
	readonly warn: (text: string) => void;
	/** Told each step, with --debug. */
	readonly debug: ((text: string) => void) | undefined;
}

/** The version of the runtime-spec that this runtime is made for. */
const specVersion = '1.2.0';

function last(options: Readonly<Record<string, readonly string[]>>, name: string): string | undefined {
	return options[name]?.at(-1);
}

/**
 * Runs a command line of the OCI runtime, and returns the exit status: 0, or 1 with the error as the last line of the log; 255 for an exec
 * that did not begin, as runc has it.
 */
export async function runtimeMain(argv: readonly string[], io: RuntimeIo): Promise<number> {
	let args: RuntimeArguments | undefined;
	try {
		args = parseRuntime(argv);
		return await dispatch(args, io);
	} catch (cause) {
		const error = asForeseen(cause);
		const message = messageOf(error);
		writeLog(args ?? lenient(argv), 'error', message);
		io.err(`${message}\n`);
		// What programs read has one line.
		if (io.isTerminal && isTsboxError(error) && error.hint !== undefined) io.err(`  hint     ${error.hint}\n`);
		return args?.verb === 'exec' ? 255 : 1;
	}
}

/** Where the log is must be known even of a command line that is not understood. */
function lenient(argv: readonly string[]): Pick<RuntimeArguments, 'globals'> {
	const valueOf = (name: string): readonly string[] =>
		argv.flatMap((word, at) =>
			word === `--${name}` ? [argv[at + 1] ?? ''] : word.startsWith(`--${name}=`) ? [word.slice(name.length + 3)] : [],
		);
	return {globals: {log: valueOf('log'), 'log-format': valueOf('log-format')}};
}

/** One line with what failed and why: an engine shows no more. */
function messageOf(error: unknown): string {
	if (!isTsboxError(error)) return isError(error) ? error.message : String(error);
	const {message, output, why} = error;
	return [message, output, why]
		.filter(text => text !== undefined && text !== '')
		.join(': ')
		.replaceAll('\n', '; ');
}

/** @param elsewhere - gets the line where no log is asked for */
function writeLog(
	{globals}: Pick<RuntimeArguments, 'globals'>,
	level: 'error' | 'warning' | 'debug',
	message: string,
	elsewhere: (text: string) => void = () => {},
): void {
	const file = last(globals, 'log') ?? '';
	const time = new Date().toISOString();
	const line =
		last(globals, 'log-format') === 'json'
			? JSON.stringify({level, msg: message, time})
			: `time="${time}" level=${level} msg=${JSON.stringify(message)}`;
	if (file === '') {
		elsewhere(`${line}\n`);
		return;
	}
	try {
		realHost().append(file, `${line}\n`);
	} catch {
		// A log on a full disk must not change what the verb does.
	}
}

async function dispatch(args: RuntimeArguments, io: RuntimeIo): Promise<number> {
	const {globals, verb, help} = args;
	if (globals['version'] !== undefined) {
		io.out(`tsbox-runtime version ${io.version()}\ncommit: none\nspec: ${specVersion}\n`);
		return 0;
	}
	if (verb === undefined || help) {
		const {runtimeHelp} = await import('./runtime-help.ts');
		io.out(runtimeHelp(verb, io.columns()));
		return 0;
	}
	const folder = (name: 'state' | 'store' | 'config'): string | undefined => {
		const path = last(globals, name);
		return path === undefined ? undefined : resolve(io.cwd, path);
	};
	const context: RuntimeContext = {
		io,
		root: resolve(io.cwd, last(globals, 'root') ?? defaultRoot(realHost(), io.env, process.getuid?.() ?? 0)),
		folders: present({state: folder('state'), store: folder('store'), config: folder('config')}),
		warn: text => writeLog(args, 'warning', text),
		debug: optionOf({options: globals}, 'debug') === 'true' ? text => writeLog(args, 'debug', text, io.err) : undefined,
	};
	const {runVerb} = await import('./runtime-verbs.ts');
	return await runVerb(args, context);
}

/** The value of an option, or undefined. */
export function optionOf({options}: Pick<RuntimeArguments, 'options'>, name: string): string | undefined {
	return last(options, name);
}

/**
 * The id that a command line names, and the words after it.
 *
 * @throws TsboxError E_USAGE.
 */
export function idOf({words, verb}: RuntimeArguments, most: number): readonly [id: string, ...rest: string[]] {
	const [id, ...rest] = words;
	if (id === undefined || id === '')
		throw new TsboxError('E_USAGE', 'container id cannot be empty', {hint: `tsbox-runtime ${verb ?? ''} ID`});
	if (rest.length > most)
		throw new TsboxError('E_USAGE', `${verb ?? ''} takes at most ${1 + most} arguments`, {
			hint: `tsbox-runtime ${verb ?? ''} ID`,
		});
	return [id, ...rest];
}
