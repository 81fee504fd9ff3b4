import {publishedStep} from '../../step/verbs/published-plan.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {jsonText} from '../text/json.ts';
import {numbered, type NumberedStep, planDifference, type PlanSide} from './plan-difference.ts';

/**
 * The plan as JSON with each step's command. The same plan gives the same bytes. Steps that `isShown` selects have their
 * number in the whole plan.
 */
export function planJson(
	plan: Plan,
	commandOf: (step: Step) => string,
	isShown?: (step: NumberedStep) => boolean,
): string {
	const steps =
		isShown === undefined
			? plan.steps.map(step => stepJson(step, commandOf))
			: numbered(plan)
					.filter(isShown)
					.map(each => numberedJson(each, commandOf));
	return jsonText({...plan, steps}, 2);
}

/** The difference of two plans as JSON. */
export function planDifferenceJson(before: PlanSide, after: PlanSide, isCompared?: (step: Step) => boolean): string {
	const {added, removed, changed, same, protections} = planDifference(before, after, isCompared);
	return jsonText(
		{
			schema: 1,
			before: sideJson(before),
			after: sideJson(after),
			added: added.map(each => numberedJson(each, after.commandOf)),
			removed: removed.map(each => numberedJson(each, before.commandOf)),
			changed: changed.map(({before: was, number, step, lines}) => ({
				id: step.id,
				phase: step.phase,
				title: step.title,
				numbers: [was, number],
				lines,
			})),
			same,
			protections: protections.map(({protection, change}) => ({...protection, change})),
		},
		2,
	);
}

function sideJson({plan}: PlanSide) {
	return {name: plan.name, spec: plan.spec, steps: plan.steps.length};
}

function numberedJson({number, step}: NumberedStep, commandOf: (step: Step) => string) {
	return {number, ...stepJson(step, commandOf)};
}

function stepJson(step: Step, commandOf: (step: Step) => string) {
	return {...publishedStep(step), command: commandOf(step)};
}
