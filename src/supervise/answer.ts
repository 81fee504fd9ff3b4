import {bringUp, settled, untilOver} from './bring-up.ts';
import type {Care} from './care.ts';
import type {ControlRequest} from './control.ts';
import {alongWith, inOrder} from './order.ts';

/**
 * Does what a supervisor was asked for.
 *
 * @param gone - aborts when whoever asked has gone, or the project is down
 * @throws TsboxError E_USAGE for a service that is not there, and whatever `up` can't do.
 */
export async function answer(care: Care, request: ControlRequest, gone: AbortSignal): Promise<void> {
	const {units, bell} = care;
	switch (request.verb) {
		case 'up': {
			const those = await bringUp(care, request);
			if (request.stay === true) await untilOver(care, those, gone);
			return;
		}
		case 'stay':
			return untilOver(care, request.names, gone);
		case 'start': {
			const those = units.meant(request.services);
			for (const unit of those) unit.start();
			return settled(care, those);
		}
		case 'stop':
			return inOrder(units.meant(request.services), 'dependents first', unit => unit.stop(request.timeoutMs));
		case 'restart': {
			const meant = units.meant(request.services);
			const along = alongWith(units.all(), meant).filter(unit => unit.view().status === 'running');
			const those = [...meant, ...along];
			await inOrder(those, 'dependents first', unit => unit.stop(request.timeoutMs));
			for (const unit of those) unit.start();
			return settled(care, those);
		}
		case 'remove':
			return inOrder(units.meant(request.services), 'dependents first', unit => unit.remove(request.timeoutMs));
		case 'down':
			await inOrder(units.all(), 'dependents first', unit => unit.remove(request.timeoutMs));
			return units.clear();
		case 'events':
			while (!gone.aborted) await bell.nextChange(gone);
			return;
		case 'status':
	}
}
