import {TsboxError} from '../errors/tsbox-error.ts';
import {type ContainerRecord, stateOf} from '../state/record.ts';
import {findContainer} from './find-container.ts';
import type {Machine} from './types.ts';

/** The record of a container whose command runs. */
export type RunningRecord = ContainerRecord & {readonly process: NonNullable<ContainerRecord['process']>};

/** Tells by the kernel whether the command of a container runs. */
export function runs(machine: Machine, record: ContainerRecord): record is RunningRecord {
	return record.process !== null && stateOf(machine.host, record) === 'running';
}

/**
 * The record of a container that runs.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export function runningContainer(machine: Machine, name: string): RunningRecord {
	const record = findContainer(machine, name);
	if (runs(machine, record)) return record;
	throw new TsboxError('E_NO_SUCH_CONTAINER', `${name} does not run`, {hint: '`tsbox ps` shows what runs'});
}
