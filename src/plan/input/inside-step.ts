import type {StepInside} from '../../step/verbs/step.ts';

/** Builds a step of the container side. */
export type InsideStep = (
	id: string,
	title: string,
	why: string,
	man: string,
	rest: Pick<StepInside, 'action'> & Partial<Pick<StepInside, 'object' | 'undo' | 'checks' | 'phase'>>,
) => StepInside;

/** Returns a builder for steps of the container side; `undo` is the default for steps that name none. */
export function insideStep(undo: StepInside['undo']): InsideStep {
	return (id, title, why, man, rest) => ({
		id,
		phase: rest.phase ?? 'mounts',
		side: 'inside',
		title,
		why,
		man,
		object: rest.object ?? null,
		action: rest.action,
		undo: rest.undo ?? undo,
		checks: rest.checks ?? [],
	});
}
