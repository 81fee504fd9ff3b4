import type {HostAction} from '../../src/step/verbs/action.ts';
import type {Plan, Step, StepBeside} from '../../src/step/verbs/step.ts';

/** A step beside that a test makes. */
export function besideStep(
	id: string,
	action: HostAction,
	undo: Step['undo'] = {kind: 'none', reason: 'a test'},
): StepBeside {
	const words = {title: `do ${id}`, why: 'A test asks for it.', man: 'sh(1)', object: null};
	return {id, phase: 'process', side: 'beside', ...words, action, undo, checks: []};
}

/** The plan with a step before the one of that id, or before the first one inside. */
export function withBeside(plan: Plan, step: StepBeside, id?: string): Plan {
	const at = plan.steps.findIndex(each => (id === undefined ? each.side === 'inside' : each.id === id));
	return {...plan, steps: plan.steps.toSpliced(at, 0, step)};
}
