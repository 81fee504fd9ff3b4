import {planService} from '../container/plan/plan-container.ts';
import {present} from '../spec/syntax/pick.ts';
import {type PublishedPlan, publishedPlan} from '../step/verbs/published-plan.ts';
import {checkOptions} from './check-options.ts';
import {type LoadOptions, type SpecSource, specOf} from './load.ts';
import {checkSource, planTable} from './option-tables.ts';
import {type MachineChoice, machineOf} from './options.ts';

/**
 * Plans the steps that would start a container on this machine. Changes nothing.
 *
 * @throws TsboxError for an invalid spec, or for a setting that this machine cannot provide.
 */
export async function plan(source: SpecSource, options: LoadOptions & MachineChoice = {}): Promise<PublishedPlan> {
	checkSource('plan', source);
	checkOptions('plan', planTable, options);
	const machine = await machineOf(options);
	const {cwd, env, service: wanted, egress} = options;
	const {project, service} = await specOf(source, present({cwd, env, service: wanted, egress}));
	return publishedPlan((await planService(machine, project, service, {}, {dry: true})).plan);
}
