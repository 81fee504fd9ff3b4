import type {Plan, Step} from '../../step/verbs/step.ts';
import {jsonText} from '../text/json.ts';

/** The plan as JSON, each step with its command: the same plan gives the same bytes. Ends in a line break. */
export function planJson(plan: Plan, commandOf: (step: Step) => string): string {
	const steps = plan.steps.map(step => ({...step, command: commandOf(step)}));
	return jsonText({...plan, steps}, 2);
}
