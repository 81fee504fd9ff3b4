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

/** Interval of extra checks in ms, since a killed tsbox reports nothing. */
const recheckMs = 500;
/** Polling interval in ms where folders cannot be watched. */
const pollMs = 50;

/**
 * Waits until a container has ended and its name is free again. Returns its exit status, or 128 plus the signal's number. For
 * a container that has ended already, this is the last status under that name since boot.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_PERMISSION, E_INTERRUPTED on abort, E_STATE when the exit status was lost.
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
		// The owner releases the name after its cleanup. By now another container may have the name.
		if (now === undefined || now.created !== record.created) return true;
		// A container with a supervisor keeps its name and record.
		code = now.detached?.exit?.code;
		if (code !== undefined) return true;
		if (isOwned(host, now) || stateOf(host, now) !== 'dead') return false;
		if (now.detached === undefined) return true;
		// The supervisor has died, and another may take over. The container's shell writes the exit status.
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
	throw new TsboxError('E_STATE', `${name} has ended, but its exit status is unknown`, {
		why: 'the tsbox that started the container was killed, the start failed, or it was a compiled script',
		hint: 'clean up with `tsbox gc`',
	});
}
