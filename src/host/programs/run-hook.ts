import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../host.ts';

/** A program that an engine wants to be run at a moment of a container's life. */
export interface Hook {
	/** Absolute. */
	readonly path: string;
	/** With the name of the program first. */
	readonly args?: readonly string[];
	/** `NAME=value`. Without any, the hook has the environment of this process. */
	readonly env?: readonly string[];
	/** Seconds. */
	readonly timeout?: number;
}

/** How a hook is run. */
export interface HookRun {
	/** What an error calls it: `createRuntime hook #0`, counted from zero as engines do. */
	readonly label: string;
	/** Its working directory. */
	readonly folder: string;
	/** What it reads, as JSON. */
	readonly state: unknown;
	/** The words of env(1). */
	readonly env: readonly string[];
	/** The words of perl(1), which can tell a program another name than its path. */
	readonly perl: readonly string[];
	/** The words that enter the namespaces of a container; none for a hook on the host. */
	readonly enter?: readonly string[];
	readonly signal?: AbortSignal | undefined;
}

/** How much of what a hook says is kept, characters. */
const kept = 8192;

function ownEnvironment(): Readonly<Record<string, string>> {
	return Object.fromEntries(
		Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
	);
}

/**
 * Runs a hook with the state of the container on its standard input, in the folder of the bundle, and waits for its end.
 *
 * Source: config.md of the OCI runtime-spec, "POSIX-platform Hooks".
 *
 * @throws TsboxError E_STEP_FAILED when it cannot be run, does not end in time, or fails.
 */
export async function runHook(host: Host, {path, args = [], env = [], timeout}: Hook, run: HookRun): Promise<void> {
	if (host.stat(path) === undefined)
		throw new TsboxError('E_STEP_FAILED', `error running ${run.label}: ${path}: no such file or directory`, {
			hint: 'see `hooks` of config.json',
		});
	const own = env.filter(each => /^[^=]+=/.test(each));
	const words = [
		...(own.length === 0 ? [] : [...run.env, '-i', ...own]),
		...(run.enter ?? []),
		...run.perl,
		'-e',
		'chdir shift;$p=shift;exec{$p}@ARGV;die"$p: $!\n"',
		run.folder,
		path,
		...(args.length === 0 ? [path] : args),
	];
	const program = host.start(words, {
		stdio: ['pipe', 'pipe', 'pipe'],
		// Not as arguments of env(1), which everybody can read.
		...(own.length === 0 ? {env: ownEnvironment()} : {}),
	});
	const kill = (): void => void host.kill(-program.pid, 'SIGKILL');
	let isLate = false;
	const timer =
		timeout === undefined
			? undefined
			: setTimeout(() => {
					isLate = true;
					kill();
				}, timeout * 1000);
	run.signal?.addEventListener('abort', kill, {once: true});
	let said = '';
	const [input, ...outputs] = program.pipes;
	for (const stream of outputs)
		if (stream && 'setEncoding' in stream)
			stream.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-kept)));
	if (input && 'write' in input) {
		// A hook need not read.
		input.on('error', () => {});
		input.end(`${JSON.stringify(run.state)}`);
	}
	const {exitCode, signal, startError} = await program.ended;
	clearTimeout(timer);
	run.signal?.removeEventListener('abort', kill);
	for (const pipe of program.pipes) pipe?.destroy();
	if (exitCode === 0) return;
	const how = isLate
		? `did not end within ${timeout} s`
		: (startError?.message ??
			(signal === undefined ? `failed with exit status ${exitCode}` : `was killed by ${signal}`));
	throw new TsboxError('E_STEP_FAILED', `error running ${run.label}: ${path} ${how}`, {
		...(said.trim() === '' ? {} : {output: said.trim()}),
		hint: 'see `hooks` of config.json',
	});
}
