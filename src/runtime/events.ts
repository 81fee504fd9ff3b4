import {setTimeout as delay} from 'node:timers/promises';
import type {MachineFolders} from '../container/machine/machine.ts';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {watchMemory} from '../kernel/watch-memory.ts';
import {findRecord} from './find-record.ts';
import {statsEvent} from './stats-event.ts';

/** How events are printed. */
export interface EventRequest {
	/** Time between two of the type `stats`, ms; undefined for one alone. */
	readonly pauseMs: number | undefined;
	readonly out: (text: string) => void;
}

/**
 * Prints the use of a container, and each time that the kernel kills one of its processes for lack of memory, until it has ended.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE for a container that does not run.
 */
export async function printEvents(
	machine: MachineFolders,
	root: string,
	id: string,
	{pauseMs, out}: EventRequest,
): Promise<void> {
	const print = (event: unknown): void => out(`${JSON.stringify(event)}\n`);
	print(statsEvent(machine, root, id));
	const {record} = findRecord(machine, root, id);
	if (pauseMs === undefined || record.process === null) return;
	const watch = watchMemory(machine.host, record.cgroups, record.process, () => print({type: 'oom', id}));
	try {
		for (;;) {
			await delay(pauseMs);
			if (!runs(machine, root, id)) return;
			print(statsEvent(machine, root, id));
		}
	} finally {
		watch.stop();
	}
}

function runs(machine: MachineFolders, root: string, id: string): boolean {
	try {
		return findRecord(machine, root, id).status !== 'stopped';
	} catch (error) {
		// Deleted meanwhile.
		if (isTsboxError(error)) return false;
		throw error;
	}
}
