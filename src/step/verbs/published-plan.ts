import type {Action} from './action.ts';
import type {Plan, Step} from './step.ts';

/** The names of the sides in output and files. */
export const publishedSides = {before: 'host', beside: 'beside', inside: 'container', after: 'after'} as const;

/** A step as tsbox prints and stores it. */
export interface PublishedStep extends Omit<Step, 'side' | 'action'> {
	/**
	 * `host` steps run before the container, `beside` steps on the host while the first process waits, `container` steps
	 * inside its namespaces. `after` steps are hooks, which run beside the command.
	 */
	readonly side: (typeof publishedSides)[Step['side']];
	readonly action: Action;
}

/** A plan as tsbox prints and stores it. */
export interface PublishedPlan extends Omit<Plan, 'steps'> {
	readonly steps: readonly PublishedStep[];
}

/** The step with the published name of its side. */
export function publishedStep(step: Step): PublishedStep {
	return {...step, side: publishedSides[step.side]};
}

/** The plan as tsbox prints and stores it. */
export function publishedPlan(plan: Plan): PublishedPlan {
	return {...plan, steps: plan.steps.map(publishedStep)};
}

/** Reads a plan that {@link publishedPlan} made. */
export function readPublishedPlan(plan: PublishedPlan): Plan {
	const sides = {host: 'before', beside: 'beside', container: 'inside', after: 'after'} as const;
	return {...plan, steps: plan.steps.map(step => ({...step, side: sides[step.side]}) as Step)};
}
