import type {Machine} from '../machine/machine.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {shownName} from '../../state/alias.ts';
import {allRecords} from '../machine/find-container.ts';
import {runningContainers, runs} from '../machine/running-container.ts';
import {type MeteredContainer, usageMeter, type ContainerStats} from './usage-meter.ts';

/** The time between samples, in ms. */
const interval = 1000;

/**
 * Samples the resource usage of containers each second until the signal aborts. The first sample comes after one second, since
 * CPU % is the difference of two readings. Without names, each sample covers all running containers. With names of
 * containers or projects, ended containers drop out, and an empty sample is the last one.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION, before the first sample.
 */
export async function* stats(
	machine: Machine,
	names: readonly string[],
	options: {readonly signal?: AbortSignal} = {},
): AsyncGenerator<readonly ContainerStats[], void> {
	const {host, dirs} = machine;
	const named = distinct(names.flatMap(name => runningContainers(machine, name)));
	const present = (): readonly MeteredContainer[] =>
		(names.length === 0 ? allRecords(machine) : named)
			.filter(record => runs(machine, record))
			.map(record => ({...record, shown: shownName(host, dirs.state, record.name)}));
	const meter = usageMeter(machine);
	meter(present());
	for (;;) {
		if (!(await pause(options.signal))) return;
		const sample = meter(present());
		yield sample;
		if (names.length > 0 && sample.length === 0) return;
	}
}

/** Removes duplicates, as when a container and its project are both named. */
function distinct<R extends {readonly name: string}>(records: readonly R[]): readonly R[] {
	return [...new Map(records.map(record => [record.name, record])).values()];
}

/** Waits for the next sample; false if the signal aborted. */
async function pause(signal: AbortSignal | undefined): Promise<boolean> {
	try {
		await delay(interval, undefined, signal === undefined ? {} : {signal});
		return true;
	} catch (error) {
		if (signal?.aborted === true) return false;
		throw error;
	}
}
