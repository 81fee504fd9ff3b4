import type {HostAction} from '../../src/step/verbs/action.ts';
import type {Plan, Step, StepBeside} from '../../src/step/verbs/step.ts';

/** Makes a step with the side `beside`. */
export function besideStep(
	id: string,
	action: HostAction,
	undo: Step['undo'] = {kind: 'none', reason: 'a test'},
): StepBeside {
	const words = {title: `do ${id}`, why: 'A test asks for it.', man: 'sh(1)', object: null};
	return {id, phase: 'process', side: 'beside', ...words, action, undo, checks: []};
}

/** Adds a step to a plan before the step with this id, or before the first step with the side `inside`. */
export function withBeside(plan: Plan, step: StepBeside, id?: string): Plan {
	const at = plan.steps.findIndex(each => (id === undefined ? each.side === 'inside' : each.id === id));
	return {...plan, steps: plan.steps.toSpliced(at, 0, step)};
}
