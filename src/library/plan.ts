import {planService} from '../engine/plan-container.ts';
import type {Plan} from '../step/step.ts';
import {type LoadOptions, type SpecSource, specOf} from './load.ts';
import {type MachineChoice, machineOf} from './options.ts';

/**
 * The steps that a container of this spec is made by, on this machine. Changes nothing.
 *
 * @throws TsboxError for what is wrong with the spec, or can't be had here.
 */
export async function plan(source: SpecSource, options: LoadOptions & MachineChoice = {}): Promise<Plan> {
	const machine = await machineOf(options);
	const {project, service} = await specOf(source, options);
	return (await planService(machine, project, service, {}, {dry: true})).plan;
}
