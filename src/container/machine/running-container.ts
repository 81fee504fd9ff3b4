import type {Machine} from './machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {shownName} from '../../state/alias.ts';
import {notRunning} from '../../state/not-running.ts';
import {type ContainerRecord, stateOf} from '../../state/record.ts';
import {findContainer, findContainers} from './find-container.ts';

/** The record of a container whose command is running. */
export type RunningRecord = ContainerRecord & {readonly process: NonNullable<ContainerRecord['process']>};

/** Whether the command of a container is running, according to the kernel. */
export function runs(machine: Machine, record: ContainerRecord): record is RunningRecord {
	return record.process !== null && stateOf(machine.host, record) === 'running';
}

/**
 * The record of a running container.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export function runningContainer(machine: Machine, name: string): RunningRecord {
	const record = findContainer(machine, name);
	if (runs(machine, record)) return record;
	throw doesNotRun(machine, record);
}

/**
 * The records of the running containers that a name stands for: one, or those of a detached project.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER when none is running, E_STATE, E_PERMISSION.
 */
export function runningContainers(machine: Machine, name: string): readonly RunningRecord[] {
	const found = findContainers(machine, name);
	const running = found.filter(record => runs(machine, record));
	if (running.length > 0) return running;
	if (found.length === 1) throw doesNotRun(machine, found[0]);
	throw new TsboxError('E_NO_SUCH_CONTAINER', `no container of ${name} is running`, {
		hint: `start them with \`tsbox start ${name}\`, or list them with \`tsbox ps -a\``,
	});
}

/** The error for a container that must be running and is not: why, and what to do. */
export function doesNotRun({host, dirs}: Machine, record: ContainerRecord): TsboxError {
	const name = shownName(host, dirs.state, record.name);
	const {words, hint} = notRunning(host, record, name) ?? {
		words: 'has just ended',
		hint: 'list all containers with `tsbox ps -a`',
	};
	return new TsboxError('E_NO_SUCH_CONTAINER', `${name} is not running`, {why: `it ${words}`, hint});
}
