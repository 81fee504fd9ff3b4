import {publishedStep} from '../../step/verbs/published-plan.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {jsonText} from '../text/json.ts';

/** The plan as JSON with each step's command. The same plan gives the same bytes. */
export function planJson(plan: Plan, commandOf: (step: Step) => string): string {
	const steps = plan.steps.map(step => ({...publishedStep(step), command: commandOf(step)}));
	return jsonText({...plan, steps}, 2);
}
