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

/** A tar that comes out of a container, and where it goes. */
export interface Received {
	/** What it is called in errors: `NAME:PATH`. */
	readonly title: string;
	readonly stream: Readable;
	/** An empty folder. */
	readonly folder: Pinned;
	/** Owners and all mode bits come along; without, all belongs to the caller and nothing is set-user-ID. */
	readonly archive: boolean;
	readonly limits: UnpackLimits;
	/** The folder with the copied tools; needed where `facts.toolbox` is of kind `copy`. */
	readonly toolbox: string;
	readonly signal: AbortSignal;
	/** Told of each entry before it is unpacked; what it throws ends it. */
	readonly onEntry: (entry: ArchiveEntry) => void;
}

/** A tar that unpacks stdin into the folder it is locked into, and can make no device. */
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
	// With --no-same-permissions tar takes the umask off what the archive says.
	return {tool: 'tar', args, capabilities, keepFolder: true, pinned: true, umask: '000'};
}

/**
 * Unpacks a tar of a container into a folder. All of it is hostile: each entry is looked at by the same rules as those of
 * an archive before a tar sees it that is locked into the folder.
 *
 * @throws TsboxError E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_STEP_FAILED, and what `onEntry` throws.
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
	// A tar that has found the end of the archive may be gone before its stdin is closed.
	if (status === 0 && (failure === undefined || reader.ended())) return;
	const output = tar.messages();
	if (saysDiskFull(output))
		throw new TsboxError('E_NO_SPACE', `the disk is full: ${title} does not fit on it`, {
			output,
			hint: 'free some space',
		});
	throw new TsboxError('E_STEP_FAILED', `${title} could not be written`, {command: tar.command, output});
}

function deviceError(title: string, {name}: ArchiveEntry): TsboxError {
	return new TsboxError('E_ARCHIVE_INVALID', `${title} holds the device ${shownName(name)}`, {
		why: 'a device of a container would be one of the host',
		hint: 'copy the folders beside it, or all of it as a tar: `-` in place of the path on the host',
	});
}

function isBrokenPipe(error: unknown): boolean {
	return (
		!isTsboxError(error) &&
		['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(errnoOf(error as Error) ?? '')
	);
}
