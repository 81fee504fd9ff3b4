import type {Machine} from '../../container/machine/machine.ts';
import type {ServiceStatus} from '../state/control.ts';
import {askProject} from './client.ts';
import {announceUp, type DetachedUp, planUp} from './up-detached.ts';

/** Options of {@link runDetached}. */
export interface DetachedRun extends Pick<DetachedUp, 'spec' | 'program' | 'buildImages' | 'emit' | 'signal'> {
	readonly service: string;
	/** Remove the container when its command ends. */
	readonly remove: boolean;
}

/**
 * Starts a container of its own beside those of a service, which `overrides` of the spec describe, under the supervisor of the project.
 *
 * @throws TsboxError for an invalid spec, or for a supervisor that cannot be started.
 */
export async function runDetached(
	machine: Machine,
	{service, remove, program, emit, signal, ...asked}: DetachedRun,
): Promise<readonly ServiceStatus[]> {
	const planned = await planUp(machine, {...asked, services: [service], manner: {noDeps: true}}, signal);
	await announceUp(machine, planned, signal);
	const {request} = planned;
	const ask = {verb: 'run' as const, project: request, service, remove};
	return askProject(machine, request.name, ask, program, emit, signal);
}
