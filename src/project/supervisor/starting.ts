import {TsboxError} from '../../errors/tsbox-error.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {Care} from './care.ts';
import type {Unit} from './unit.ts';
import type {Stands} from './wishes.ts';

/**
 * Does the part of a request that starts containers: one after the other, and not while all is taken down.
 *
 * @param gone - aborts when the supervisor ends
 * @param work - is told what still holds of its request
 * @throws TsboxError E_NO_SUCH_CONTAINER where the project was taken down meanwhile, and what the work throws.
 */
export async function starting<T>(
	{project, wishes, inTurn, leaving, bell}: Care,
	gone: AbortSignal,
	work: (stands: Stands) => Promise<T>,
): Promise<T> {
	while (leaving.count > 0 && !gone.aborted) await bell.nextChange(gone);
	const stands = wishes.asked();
	return inTurn(() => {
		if (leaving.done) throw takenDown(project.name);
		return work(stands);
	});
}

/**
 * Starts containers, each once nobody is ending it any more.
 *
 * @throws TsboxError E_INTERRUPTED where somebody wants one of them to end by now; the others are started.
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
	throw new TsboxError('E_INTERRUPTED', `the start of ${off.join(', ')} was called off`, {
		why: 'another command stops or removes it at the same time',
		hint: 'see `tsbox ps -a`, and start it again',
	});
}

/** The error for a project that somebody has taken down meanwhile. */
export function takenDown(name: string): TsboxError {
	return new TsboxError('E_NO_SUCH_CONTAINER', `${name} is no longer a project in the background`, {
		why: 'it was taken down meanwhile',
		hint: 'start it with `tsbox up -d`',
	});
}
