import {allRecords} from '../../container/machine/find-container.ts';
import {removeOwnVolumes} from '../../container/recover/volumes.ts';
import {bringUp, settled, untilOver} from './bring-up.ts';
import type {SupervisorContext} from './supervisor-context.ts';
import type {ControlRequest} from '../state/control.ts';
import {alongWith, inOrder} from './order.ts';
import {starting, startStanding} from './starting.ts';
import {runOneOff} from './run-one-off.ts';
import type {Unit} from './unit.ts';

/**
 * Carries out a request to a supervisor.
 *
 * @param gone - aborts when the client disconnects or the project is down
 * @throws TsboxError E_USAGE for an unknown service, and the errors of `up`.
 */
export async function dispatch(context: SupervisorContext, request: ControlRequest, gone: AbortSignal): Promise<void> {
	const {units, bell} = context;
	// Only these are about containers that nobody starts again.
	if (request.verb === 'remove' || request.verb === 'down' || request.verb === 'status') learnOneOffs(context);
	switch (request.verb) {
		case 'up': {
			const those = await bringUp(context, request, gone);
			if (request.stay === true) await untilOver(context, those, gone);
			return;
		}
		case 'stay':
			return untilOver(context, request.names, gone);
		case 'start':
			return settled(
				context,
				await starting(context, gone, async stands => {
					const those = units.meant(request.services);
					await startStanding(those, stands);
					return those;
				}),
			);
		case 'stop':
			return inOrder(toBeEnded(context, request.services), 'dependents first', unit => unit.stop(request.timeoutMs));
		case 'restart':
			return settled(
				context,
				await starting(context, gone, async stands => {
					const meant = units.meant(request.services);
					const others = request.noDeps === true ? [] : alongWith(units.all(), meant);
					const along = others.filter(unit => unit.view().status === 'running');
					const those = [...meant, ...along];
					await inOrder(those, 'dependents first', unit => unit.stop(request.timeoutMs));
					await startStanding(those, stands);
					return those;
				}),
			);
		case 'run':
			return runOneOff(context, request, gone);
		case 'remove':
			return removed(context, request);
		case 'down':
			return takeDown(context, request.timeoutMs);
		case 'events':
			while (!gone.aborted) await bell.nextChange(gone);
			return;
		case 'status':
	}
}

/** Makes the units of containers of `compose run` that ended in the foreground, and stayed. */
function learnOneOffs({machine, project, units, make}: SupervisorContext): void {
	for (const record of allRecords(machine)) {
		const {detached} = record;
		if (detached?.project !== project.name || detached.made.oneOff === undefined || detached.exit === null) continue;
		if (units.of(record.name) === undefined) make(detached.made).remember(record);
	}
}

/** The units that the words select. Earlier requests can no longer start them. */
function toBeEnded({units, requests}: SupervisorContext, services: readonly string[]): readonly Unit[] {
	const those = units.meant(services);
	requests.end(those.map(unit => unit.view().service.name));
	return those;
}

/** Removes containers, and their anonymous volumes where that is asked for. */
async function removed(
	context: SupervisorContext,
	{services, timeoutMs, volumes}: Extract<ControlRequest, {verb: 'remove'}>,
): Promise<void> {
	const those = toBeEnded(context, services);
	await inOrder(those, 'dependents first', unit => unit.remove(timeoutMs));
	if (volumes === true)
		await removeOwnVolumes(
			context.machine,
			those.map(unit => unit.view().service.name),
		);
}

/** Removes all containers, including those that a start in progress creates meanwhile. */
async function takeDown(
	{units, requests, inTurn, leaving}: SupervisorContext,
	timeoutMs: number | undefined,
): Promise<void> {
	requests.end();
	leaving.count += 1;
	try {
		const removeAll = (): Promise<void> => inOrder(units.all(), 'dependents first', unit => unit.remove(timeoutMs));
		await removeAll();
		await inTurn(removeAll);
		units.clear();
		leaving.done = true;
	} finally {
		leaving.count -= 1;
	}
}
