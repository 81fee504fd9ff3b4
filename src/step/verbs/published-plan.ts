import type {Action} from './action.ts';
import type {Plan, Step} from './step.ts';

/** The words that files and programs know the sides by. */
export const publishedSides = {before: 'host', beside: 'beside', inside: 'container'} as const;

/** A step as it is given to others and written down. */
export interface PublishedStep extends Omit<Step, 'side' | 'action'> {
	/** `host` steps run before the container, `beside` steps on the host while it waits, `container` steps inside its namespaces. */
	readonly side: (typeof publishedSides)[Step['side']];
	readonly action: Action;
}

/** A plan as it is given to others and written down. */
export interface PublishedPlan extends Omit<Plan, 'steps'> {
	readonly steps: readonly PublishedStep[];
}

/** The step with the published word for its side. */
export function publishedStep(step: Step): PublishedStep {
	return {...step, side: publishedSides[step.side]};
}

/** The plan as it is given to others and written down. */
export function publishedPlan(plan: Plan): PublishedPlan {
	return {...plan, steps: plan.steps.map(publishedStep)};
}

/** A plan that {@link publishedPlan} wrote. */
export function readPublishedPlan(plan: PublishedPlan): Plan {
	const sides = {host: 'before', beside: 'beside', container: 'inside'} as const;
	return {...plan, steps: plan.steps.map(step => ({...step, side: sides[step.side]}) as Step)};
}
