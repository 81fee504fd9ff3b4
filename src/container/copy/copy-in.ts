import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {userMapOf} from '../../host/id-map.ts';
import {unpin} from '../../host/files/pinned.ts';
import {callerInput} from '../../host/programs/stdio.ts';
import {copyIntoScript} from '../../step/script/copy-script.ts';
import {copyPath, localSource, type CopyRequest} from './copy-local.ts';
import {packed, transfer} from './transfer.ts';

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
		const incoming = {title: `${name}:${request.path}`, path, script};
		if (source === undefined) return await transfer(machine, name, incoming, callersFeed, signal);
		const {folder, member, kind} = source;
		const words = [...(kind === 'file' ? ['--no-recursion'] : []), '--', member];
		const packing = {folder: folder.fd, words, text: request.local ?? ''};
		return await transfer(machine, name, incoming, () => packed(machine, packing), signal);
	} finally {
		if (source !== undefined) unpin(source.folder);
	}
}

function callersFeed() {
	return {stream: callerInput(), kill: () => {}, ended: Promise.resolve(undefined), messages: () => ''};
}
