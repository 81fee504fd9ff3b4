import {posix} from 'node:path';
import {TsboxError} from '../errors/tsbox-error.ts';
import {pinRoot, unpin} from '../host/files/pinned.ts';
import {walkInRoot} from '../host/files/root-walk.ts';
import type {OciProcess} from '../oci/config.ts';

/**
 * Refuses a command that the container does not have, in runc's words, which engines read for their exit statuses. What cannot be seen from
 * outside counts as there: the gate looks again.
 *
 * @param pid - a process in the container
 * @throws TsboxError E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE.
 */
export function findCommand(pid: number, {args, env, cwd}: Pick<OciProcess, 'args' | 'env' | 'cwd'>): void {
	const [command = ''] = args;
	const root = pinRoot(pid);
	if (root === undefined) return;
	try {
		const hasPath = command.includes('/');
		const path = env.findLast(each => each.startsWith('PATH='))?.slice('PATH='.length) ?? '';
		const files = hasPath ? [command] : path.split(':').map(folder => `${folder === '' ? '.' : folder}/${command}`);
		let isSeen = false;
		for (const file of files) {
			const found = walkInRoot(root, posix.resolve(cwd, file), walked =>
				walked.kind === 'file' && (walked.mode & 0o111) !== 0 ? 'runs' : walked.kind,
			);
			if (found === 'runs' || found === 'unknown') return;
			if (found === 'file' || found === 'other') isSeen = true;
		}
		const quoted = JSON.stringify(command);
		if (isSeen && hasPath)
			throw new TsboxError('E_COMMAND_NOT_EXECUTABLE', `exec: ${quoted}: permission denied`, {
				why: 'it is a folder, or its mode lets nobody execute it',
				hint: 'chmod +x it in the image',
			});
		throw new TsboxError(
			'E_COMMAND_NOT_FOUND',
			hasPath
				? `exec: ${quoted}: stat ${command}: no such file or directory`
				: `exec: ${quoted}: executable file not found in $PATH`,
			{hint: 'check the spelling of the command, or choose an image that has it'},
		);
	} finally {
		unpin(root);
	}
}
