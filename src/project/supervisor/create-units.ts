import {allRecords} from '../../container/machine/find-container.ts';
import {createDetached} from '../../container/start/detached.ts';
import {present} from '../../spec/syntax/pick.ts';
import {aboutDetached} from '../state/unit-state.ts';
import type {SupervisorContext} from './supervisor-context.ts';
import type {Unit} from './unit.ts';

/**
 * Gives units that have no container one that is not started, as `compose create` does.
 *
 * @throws TsboxError for a container that this machine cannot provide.
 */
export async function createUnits({machine, project, spec}: SupervisorContext, units: readonly Unit[]): Promise<void> {
	const there = new Set(allRecords(machine).map(({name}) => name));
	const {bestEffort = false, executor} = project.spec;
	for (const unit of units) {
		const {service} = unit.view();
		if (there.has(service.name)) continue;
		const request = {project: spec, service, bestEffort, ...present({executor})};
		await createDetached(machine, request, aboutDetached(project.name, service, 0, undefined));
	}
}
