import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Service} from '../../spec/model/project.ts';
import {containerFolder} from '../../state/record.ts';
import {readStartReport} from '../../state/start-report.ts';
import type {Plan} from '../../step/verbs/step.ts';
import {findContainer} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';

/** The plan that a container was made by, and where the values come from. */
export interface MadePlan {
	readonly plan: Plan;
	readonly service: Pick<Service, 'origins'>;
}

/** The plan of a container that is there; undefined for a name that no container has, and for one without a start report. */
export function madePlan(machine: Machine, name: string): MadePlan | undefined {
	const {host, dirs} = machine;
	try {
		const record = findContainer(machine, name);
		const report = readStartReport(host, containerFolder(dirs.state, record.name));
		return report === undefined ? undefined : {plan: report.plan, service: {origins: record.origins}};
	} catch (error) {
		if (isTsboxError(error) && error.code === 'E_NO_SUCH_CONTAINER') return undefined;
		throw error;
	}
}
