import type {Machine} from '../machine/machine.ts';
import {pipeline} from 'node:stream/promises';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {callerOutput} from '../../host/programs/stdio.ts';
import {unpin} from '../../host/files/pinned.ts';
import {copyOutScript} from '../../step/script/copy-script.ts';
import {copyPath, localTarget, type CopyRequest} from './copy-local.ts';
import {placeCopy} from './copy-place.ts';
import {type CopyTool, copyToolError, startCopyTool} from './copy-tool.ts';

/**
 * Copies a path of a container to the host. A tar of the host reads it inside the container, so that whatever its symlinks
 * lead to is the container's own; what arrives is looked at, unpacked into a temporary folder that the unpacking tar is
 * locked into, and moved from there.
 *
 * @returns What the tar in the container warned of, or nothing.
 * @throws TsboxError E_COPY_PATH, E_NO_SUCH_CONTAINER, E_PAUSED, E_PERMISSION, E_STATE, E_HOST_UNSUPPORTED,
 * E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_STEP_FAILED, E_CHECK_FAILED, E_INTERRUPTED.
 */
export async function copyOut(machine: Machine, name: string, request: CopyRequest): Promise<string> {
	const title = `${name}:${request.path}`;
	if (request.archive && request.local !== null && machine.facts.user.uid !== 0)
		throw new TsboxError('E_PERMISSION', '`--archive` needs root: unprivileged users cannot change owners', {
			why: '--archive keeps the owners that the files have in the container',
			hint: 'leave out --archive, or copy to a tar with `-`',
		});
	const source = copyPath(request.path, '/');
	const target = request.local === null ? undefined : localTarget(machine, request.local, request.cwd);
	try {
		const script = copyOutScript(source, request.follow, machine.facts);
		const tool = await startCopyTool(machine, name, {path: source.path, script, writes: false}, request.signal);
		const read = (work: () => Promise<void>): Promise<void> => readAll(title, tool, request.signal, work);
		if (target === undefined) await read(() => pipeline(tool.stdout, callerOutput(1), {end: false}));
		else await placeCopy(machine, {title, source, target, request, stream: tool.stdout, toolbox: tool.toolbox, read});
		return tool.messages();
	} finally {
		if (target !== undefined) unpin(target.folder);
	}
}

/** Does the work on the stream, and sees how both sides ended. */
async function readAll(
	title: string,
	{stdin, stdout, ended, messages, kill}: CopyTool,
	signal: AbortSignal,
	work: () => Promise<void>,
): Promise<void> {
	stdin.on('error', () => {});
	stdin.end();
	signal.addEventListener('abort', kill, {once: true});
	if (signal.aborted) kill();
	let failure: unknown;
	try {
		await work();
	} catch (error) {
		failure = error;
	}
	// When the stream came to its end the other side tells best what is wrong with it.
	const whole = stdout.readableEnded;
	if (!whole) kill();
	stdout.destroy();
	const status = await ended;
	signal.removeEventListener('abort', kill);
	if (signal.aborted) throw new TsboxError('E_INTERRUPTED', `copying ${title} was interrupted`, {cause: signal.reason});
	// 1: a file changed while it was read.
	const refused = status === 1 ? undefined : copyToolError(title, 'read', status, messages());
	if (whole && refused !== undefined) throw refused;
	// Who reads our standard output has had enough.
	if (failure === undefined || (!isTsboxError(failure) && errnoOf(failure) === 'EPIPE')) return;
	throw failure;
}
