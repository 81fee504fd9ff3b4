import type {Machine} from '../machine/machine.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {waitUntil} from '../../host/watch/watch.ts';
import {exitOf, lastExit} from '../../state/exited.ts';
import {
	type ContainerRecord,
	containerFolder,
	containersFolder,
	isOwned,
	readRecord,
	stateOf,
} from '../../state/record.ts';
import {fromShell, writtenExit, writtenWithin} from '../machine/written-exit.ts';
import {findContainer} from '../machine/find-container.ts';

/** A killed tsbox reports nothing, so that its container is looked after by a look now and then, ms. */
const recheckMs = 500;
/** Where folders can't be watched, ms. */
const pollMs = 50;

/**
 * Waits until a container has ended and its name is free again; gives its exit status, 128 and the signal's number for
 * one that a signal ended. Of a container that has ended before, the status of the last one of that name since the boot.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_PERMISSION, E_INTERRUPTED on abort, E_STATE when it ended and nobody was there to learn its status.
 */
export async function wait(machine: Machine, name: string, signal?: AbortSignal): Promise<number> {
	const {host, dirs} = machine;
	let record: ContainerRecord;
	try {
		record = findContainer(machine, name);
	} catch (error) {
		const last = isTsboxError(error) && error.code === 'E_NO_SUCH_CONTAINER' && lastExit(host, dirs.state, name);
		if (last === false || last === undefined) throw error;
		return last.exitCode;
	}
	const folder = containerFolder(dirs.state, record.name);
	let code: number | undefined;
	let deadSince: number | undefined;
	const isOver = (): boolean => {
		const now = readRecord(host, folder);
		// Its owner gives the name free when all is cleaned up; by then somebody else may have it.
		if (now === undefined || now.created !== record.created) return true;
		// What a supervisor looks after keeps its name and its record.
		code = now.detached?.exit?.code;
		if (code !== undefined) return true;
		if (isOwned(host, now) || stateOf(host, now) !== 'dead') return false;
		if (now.detached === undefined) return true;
		// Its supervisor has died, and another may look after it; how it ended its shell writes down.
		const written = writtenExit(host, folder);
		if (written !== undefined) code = fromShell(written);
		deadSince ??= performance.now();
		return code !== undefined || performance.now() - deadSince > writtenWithin;
	};
	const watched = [
		{path: containersFolder(dirs.state), entry: record.name},
		{path: folder, entry: 'notes.json'},
		{path: folder, entry: 'exit'},
	];
	await waitUntil(isOver, {watched, recheckMs, pollMs, signal});
	if (signal?.aborted === true) throw new TsboxError('E_INTERRUPTED', 'interrupted', {cause: signal.reason});
	code ??= exitOf(host, dirs.state, record)?.exitCode;
	if (code !== undefined) return code;
	throw new TsboxError('E_STATE', `${name} has ended, and its exit status is not known`, {
		why: 'only the tsbox that starts a container learns its status: it was killed, its start failed, or it was a compiled script',
		hint: '`tsbox gc` cleans up what is left of it',
	});
}
