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
 * Copies a path of a container to the host. A tar reads the path inside the container, so that symlinks cannot lead out of the
 * container. The stream is checked and unpacked into a temporary folder, which confines the unpacking tar, and then moved
 * into place.
 *
 * @returns Warnings of the tar in the container.
 * @throws TsboxError E_COPY_PATH, E_NO_SUCH_CONTAINER, E_PAUSED, E_PERMISSION, E_STATE, E_HOST_UNSUPPORTED,
 * E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_STEP_FAILED, E_CHECK_FAILED, E_INTERRUPTED.
 */
export async function copyOut(machine: Machine, name: string, request: CopyRequest): Promise<string> {
	const title = `${name}:${request.path}`;
	if (request.archive && request.local !== null && machine.facts.user.uid !== 0)
		throw new TsboxError('E_PERMISSION', '`--archive` needs root: unprivileged users cannot change owners', {
			why: '--archive keeps the owners of the files in the container',
			hint: 'omit --archive, or copy to a tar with `-`',
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

/** Reads the stream of the container's tar, and reports the failure of either side. */
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
	// If the stream ended normally, the exit status of the tar explains a failure best.
	const whole = stdout.readableEnded;
	if (!whole) kill();
	stdout.destroy();
	const status = await ended;
	signal.removeEventListener('abort', kill);
	if (signal.aborted) throw new TsboxError('E_INTERRUPTED', `copying ${title} was interrupted`, {cause: signal.reason});
	// 1: a file changed while it was read.
	const refused = status === 1 ? undefined : copyToolError(title, 'read', status, messages());
	if (whole && refused !== undefined) throw refused;
	// The reader of our standard output has closed it.
	if (failure === undefined || (!isTsboxError(failure) && errnoOf(failure) === 'EPIPE')) return;
	throw failure;
}
