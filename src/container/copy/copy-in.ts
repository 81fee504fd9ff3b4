import type {Machine} from '../machine/machine.ts';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {userMapOf} from '../../host/id-map.ts';
import {unpin} from '../../host/files/pinned.ts';
import {callerInput} from '../../host/programs/stdio.ts';
import {hostWords, quoted} from '../../image/archive/jail.ts';
import {copyIntoScript} from '../../step/script/copy-script.ts';
import {copyPath, type LocalSource, localSource, type CopyRequest} from './copy-local.ts';
import {copyToolError, startCopyTool} from './copy-tool.ts';

/** The source of bytes for the tar in the container. */
interface Feed {
	readonly stream: Readable;
	readonly kill: () => void;
	/** Resolves with the error of the source, if it failed. */
	readonly ended: Promise<TsboxError | undefined>;
	/** Warnings of the source. */
	readonly messages: () => string;
}

/**
 * Copies from the host into a container. A tar on the host packs as the caller, and a second tar unpacks inside the container
 * with the container's capabilities. Symlinks thus cannot lead out of the container.
 *
 * @returns Warnings of both tars.
 * @throws TsboxError E_COPY_PATH, E_NO_SUCH_CONTAINER, E_PAUSED, E_PERMISSION, E_STATE, E_HOST_UNSUPPORTED, E_STEP_FAILED,
 * E_CHECK_FAILED, E_INTERRUPTED.
 */
export async function copyIn(machine: Machine, name: string, request: CopyRequest): Promise<string> {
	const {facts} = machine;
	const {archive, follow, signal, cwd} = request;
	const title = `${name}:${request.path}`;
	if (archive && facts.user.uid !== 0 && userMapOf(facts).kind === 'single')
		throw new TsboxError('E_HOST_UNSUPPORTED', '--archive cannot keep owners here', {
			why: 'the container has a single id, since you have no subordinate ids',
			hint: 'omit --archive',
		});
	const source = request.local === null ? undefined : localSource(machine, request.local, cwd, follow);
	try {
		const script = copyIntoScript(
			{target: copyPath(request.path, '/'), source: source?.kind ?? 'stream', name: source?.name ?? '', archive},
			facts,
		);
		const {path} = copyPath(request.path, '/');
		const tool = await startCopyTool(machine, name, {path, script, writes: true}, signal);
		const feed = source === undefined ? streamFeed() : packed(machine, source, request.local ?? '');
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
	} finally {
		if (source !== undefined) unpin(source.folder);
	}
}

function streamFeed(): Feed {
	return {stream: callerInput(), kill: () => {}, ended: Promise.resolve(undefined), messages: () => ''};
}

/** Starts a tar on the host that packs the source. It looks up names below the folder that is held open. */
function packed({host, facts}: Machine, {folder, member, kind}: LocalSource, text: string): Feed {
	const words = [
		...hostWords(facts, 'tar'),
		'--create',
		'--file=-',
		'--format=gnu',
		'--numeric-owner',
		// A backslash in a name is a plain character.
		'--no-unquote',
		...(kind === 'file' ? ['--no-recursion'] : []),
		'--directory=/proc/self/fd/3',
		'--',
		member,
	];
	const program = host.start(words, {stdio: ['ignore', 'pipe', 'pipe', folder.fd]});
	const [, stdout, stderr] = program.pipes as [unknown, Readable, Readable];
	let said = '';
	stderr.setEncoding('utf8').on('data', (more: string) => {
		said = (said + more).slice(0, 8192);
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
