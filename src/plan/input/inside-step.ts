import type {StepInside} from '../../step/verbs/step.ts';

/** Makes a step of the container side from what is its own. */
export type InsideStep = (
	id: string,
	title: string,
	why: string,
	man: string,
	rest: Pick<StepInside, 'action'> & Partial<Pick<StepInside, 'object' | 'undo' | 'checks' | 'phase'>>,
) => StepInside;

/** What the steps of the container side share, and the undo of those that name none. */
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
