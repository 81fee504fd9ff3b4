import type {Machine} from './machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {shownName} from '../../state/alias.ts';
import {notRunning} from '../../state/not-running.ts';
import {type ContainerRecord, stateOf} from '../../state/record.ts';
import {findContainer, findContainers} from './find-container.ts';

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
	throw doesNotRun(machine, record);
}

/**
 * The records of the containers that a name means and that run: one, or those of a detached project.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER where none runs, E_STATE, E_PERMISSION.
 */
export function runningContainers(machine: Machine, name: string): readonly RunningRecord[] {
	const found = findContainers(machine, name);
	const running = found.filter(record => runs(machine, record));
	if (running.length > 0) return running;
	if (found.length === 1) throw doesNotRun(machine, found[0]);
	throw new TsboxError('E_NO_SUCH_CONTAINER', `no container of ${name} runs`, {
		hint: `\`tsbox start ${name}\` starts them again; \`tsbox ps -a\` lists them`,
	});
}

/** The error for a container that has to run and does not: what became of it, and what can be done. */
export function doesNotRun({host, dirs}: Machine, record: ContainerRecord): TsboxError {
	const name = shownName(host, dirs.state, record.name);
	const {words, hint} = notRunning(host, record, name) ?? {
		words: 'has just ended',
		hint: '`tsbox ps -a` lists all containers',
	};
	return new TsboxError('E_NO_SUCH_CONTAINER', `${name} does not run`, {why: `it ${words}`, hint});
}
