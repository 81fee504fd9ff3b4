import {TsboxError} from '../../errors/tsbox-error.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {SupervisorContext} from './supervisor-context.ts';
import type {Unit} from './unit.ts';
import type {Stands} from './start-requests.ts';

/**
 * Runs the part of a request that starts containers: one request at a time, and not during `down`.
 *
 * @param gone - aborts when the supervisor ends
 * @param work - gets a function that says whether a container may still be started for this request
 * @throws TsboxError E_NO_SUCH_CONTAINER when the project was taken down meanwhile, and the errors of `work`.
 */
export async function starting<T>(
	{project, requests, inTurn, turning, leaving, bell}: SupervisorContext,
	gone: AbortSignal,
	work: (stands: Stands) => Promise<T>,
): Promise<T> {
	while (leaving.count > 0 && !gone.aborted) await bell.nextChange(gone);
	const stands = requests.asked();
	return inTurn(async () => {
		if (leaving.done) throw takenDown(project.name);
		turning.count += 1;
		try {
			return await work(stands);
		} finally {
			turning.count -= 1;
			bell.changed();
		}
	});
}

/**
 * Starts containers, each after its stops and removals in progress have finished.
 *
 * @throws TsboxError E_INTERRUPTED when a later request stops or removes one of them; the others are started.
 */
export async function startStanding(those: readonly Unit[], stands: Stands): Promise<void> {
	const isCalledOff = (unit: Unit): boolean => !stands(unit.view().service.name);
	await Promise.all(
		those.map(async unit => {
			await unit.atRest();
			if (!isCalledOff(unit)) unit.start();
		}),
	);
	const off = those.filter(isCalledOff).map(unit => labelOf(unit.view().service));
	if (off.length === 0) return;
	throw new TsboxError('E_INTERRUPTED', `the start of ${off.join(', ')} was canceled`, {
		why: 'another command is stopping or removing it',
		hint: 'see `tsbox ps -a`, and start it again',
	});
}

/** The error for a project that another command has taken down. */
export function takenDown(name: string): TsboxError {
	return new TsboxError('E_NO_SUCH_CONTAINER', `${name} is no longer a detached project`, {
		why: 'another command took it down',
		hint: 'start it with `tsbox up -d`',
	});
}
