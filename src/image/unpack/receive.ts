import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import type {Pinned} from '../../host/files/pinned.ts';
import {shownName} from '../archive/entry-name.ts';
import {type ArchiveEntry, entryReader} from '../archive/entry-reader.ts';
import {entryRules, type UnpackLimits} from '../archive/entry-rules.ts';
import type {JailedTool} from '../archive/jail.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {saysDiskFull} from '../archive/unpack-error.ts';

/** A tar that comes out of a container, and its destination. */
export interface Received {
	/** Its name in errors: `NAME:PATH`. */
	readonly title: string;
	readonly stream: Readable;
	/** An empty folder. */
	readonly folder: Pinned;
	/** Restores owners and all mode bits; otherwise the files belong to the caller and none is set-user-ID. */
	readonly archive: boolean;
	readonly limits: UnpackLimits;
	/** The folder with the copied tools; needed when `facts.toolbox` is of kind `copy`. */
	readonly toolbox: string;
	readonly signal: AbortSignal;
	/** Called with each entry before it is unpacked; an exception stops the copy. */
	readonly onEntry: (entry: ArchiveEntry) => void;
}

/** A tar that unpacks stdin into the folder that is its jail. It cannot create devices. */
function reception(archive: boolean): JailedTool {
	const args = [
		'--extract',
		'--file=-',
		'--directory=/root',
		'--numeric-owner',
		...(archive ? ['--same-owner', '--same-permissions'] : ['--no-same-owner', '--no-same-permissions']),
		'--delay-directory-restore',
		'--warning=no-timestamp',
	];
	const capabilities = ['dac_override', 'fowner', ...(archive ? ['chown', 'fsetid'] : [])];
	// Without --same-permissions tar applies the umask to the archive's modes.
	return {tool: 'tar', args, capabilities, keepFolder: true, pinned: true, umask: '000'};
}

/**
 * Unpacks a container's tar into a folder. All of it is untrusted: each entry must pass the rules for archives before a
 * jailed tar sees it.
 *
 * @throws TsboxError E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_STEP_FAILED, and errors of `onEntry`.
 */
export async function receive(host: Host, facts: HostFacts, received: Received): Promise<void> {
	const {title, stream, folder, archive, limits, toolbox, signal} = received;
	const tar = startJailed(host, facts, reception(archive), folder.real, {toolbox, pinned: folder.fd});
	const kill = (): void => tar.kill();
	signal.addEventListener('abort', kill, {once: true});
	const rules = entryRules(title, limits, {part: true});
	const reader = entryReader(title, entry => {
		if (entry.kind === 'device') throw deviceError(title, entry);
		rules.check(entry);
		received.onEntry(entry);
	});
	async function* checked(): AsyncIterable<Buffer> {
		for await (const chunk of stream as AsyncIterable<Buffer>) {
			const over = reader.ended();
			reader.feed(chunk);
			if (!over) yield chunk;
		}
		reader.end();
	}
	const failure: unknown = await pipeline(checked(), tar.stdin).then(
		() => undefined,
		(error: unknown) => {
			if (!isBrokenPipe(error)) tar.kill();
			return error;
		},
	);
	const status = await tar.ended;
	signal.removeEventListener('abort', kill);
	if (failure !== undefined && !isBrokenPipe(failure)) throw failure;
	// tar may exit at the archive's end mark, before its stdin is closed.
	if (status === 0 && (failure === undefined || reader.ended())) return;
	const output = tar.messages();
	if (saysDiskFull(output))
		throw new TsboxError('E_NO_SPACE', `the disk is full: there is no room for ${title}`, {
			output,
			hint: 'free some space',
		});
	throw new TsboxError('E_STEP_FAILED', `${title} could not be written`, {command: tar.command, output});
}

function deviceError(title: string, {name}: ArchiveEntry): TsboxError {
	return new TsboxError('E_ARCHIVE_INVALID', `${title} contains the device ${shownName(name)}`, {
		why: "a device node from a container would give access to the host's device",
		hint: 'copy the other folders, or copy everything as a tar with `-` as the path on the host',
	});
}

function isBrokenPipe(error: unknown): boolean {
	return (
		!isTsboxError(error) &&
		['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(errnoOf(error as Error) ?? '')
	);
}
