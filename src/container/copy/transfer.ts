import type {Readable, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {hostWords, quoted} from '../../image/archive/jail.ts';
import type {Machine} from '../machine/machine.ts';
import {copyToolError, startCopyTool} from './copy-tool.ts';

/** The source of bytes for the tar in the container. */
export interface Feed {
	readonly stream: Readable;
	readonly kill: () => void;
	/** Resolves with the error of the source, if it failed. */
	readonly ended: Promise<TsboxError | undefined>;
	/** Warnings of the source. */
	readonly messages: () => string;
}

/** A copy into a container. */
export interface Incoming {
	/** The name of the copy in errors: `NAME:PATH`. */
	readonly title: string;
	/** Absolute path in the container. */
	readonly path: string;
	/** The sh command that execs the tar. */
	readonly script: string;
}

/**
 * Runs the container's side of a copy, with what a feed gives as its stdin.
 *
 * @param open - starts the feed once the container's side runs
 * @returns Warnings of both sides.
 * @throws TsboxError as startCopyTool and copyToolError, the error of the feed, E_INTERRUPTED.
 */
export async function transfer(
	machine: Machine,
	name: string,
	{title, path, script}: Incoming,
	open: () => Feed,
	signal: AbortSignal,
): Promise<string> {
	const tool = await startCopyTool(machine, name, {path, script, writes: true}, signal);
	const feed = open();
	const kill = (): void => {
		tool.kill();
		feed.kill();
	};
	signal.addEventListener('abort', kill, {once: true});
	if (signal.aborted) kill();
	tool.stdout.resume();
	const over = new AbortController();
	// The exit statuses say more than a broken pipe between the two.
	const fed = pipeline(feed.stream, tool.stdin, {signal: over.signal}).catch(() => {});
	const status = await tool.ended;
	over.abort();
	await fed;
	feed.kill();
	const unread = await feed.ended;
	signal.removeEventListener('abort', kill);
	if (signal.aborted)
		throw new TsboxError('E_INTERRUPTED', `copying to ${title} was interrupted`, {
			cause: signal.reason,
			why: 'files that have arrived stay in the container',
		});
	const refused = copyToolError(title, 'written', status, tool.messages());
	// A truncated input makes the unpacking tar fail too, but the packing tar is to blame.
	const error = unread ?? refused;
	if (error !== undefined) throw error;
	return [feed.messages(), tool.messages()].filter(text => text !== '').join('\n');
}

/** What a tar on the host packs, below a folder that is held open. */
export interface Packing {
	readonly folder: number;
	/** Options of tar(1), and members behind a `--`. */
	readonly words: readonly string[];
	/** The names that a `--files-from=-` reads, each with a NUL byte behind it. */
	readonly names?: string;
	/** The source in errors. */
	readonly text: string;
}

/** Starts a tar on the host that packs files. It looks up names below the folder that is held open. */
export function packed({host, facts}: Machine, {folder, words: more, names, text}: Packing): Feed {
	const words = [
		...hostWords(facts, 'tar'),
		'--create',
		'--file=-',
		'--format=gnu',
		'--numeric-owner',
		// A backslash in a name is a plain character.
		'--no-unquote',
		'--directory=/proc/self/fd/3',
		...more,
	];
	const program = host.start(words, {stdio: [names === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', folder]});
	const [stdin, stdout, stderr] = program.pipes as [Writable | null, Readable, Readable];
	// A tar that has ended reads no more names, and its exit status says why.
	stdin?.on('error', () => {}).end(names);
	let said = '';
	stderr.setEncoding('utf8').on('data', (part: string) => {
		said = (said + part).slice(0, 8192);
	});
	const closed = new Promise<void>(settle => stderr.once('close', settle));
	return {
		stream: stdout,
		kill: () => void host.kill(-program.pid, 'SIGKILL'),
		messages: () => said.trim(),
		ended: Promise.all([program.ended, closed]).then(([{exitCode}]) =>
			// 1: a file changed while it was read. Undefined, or a write error: the other side ended first and reports why.
			exitCode === undefined || exitCode <= 1 || /: -: Cannot write: /.test(said)
				? undefined
				: new TsboxError('E_STEP_FAILED', `cannot read ${text}`, {
						command: words.map(quoted).join(' '),
						output: said.trim(),
						hint: 'files copied so far stay in the container',
					}),
		),
	};
}
