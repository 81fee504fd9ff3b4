import type {Step} from '../../step/verbs/step.ts';

/** Makes a step of the container side from what is its own. */
export type InsideStep = (
	id: string,
	title: string,
	why: string,
	man: string,
	rest: Pick<Step, 'action'> & Partial<Pick<Step, 'object' | 'undo' | 'checks' | 'phase'>>,
) => Step;

/** What the steps of the container side share, and the undo of those that name none. */
export function insideStep(undo: Step['undo']): InsideStep {
	return (id, title, why, man, rest) => ({
		id,
		phase: rest.phase ?? 'mounts',
		side: 'container',
		title,
		why,
		man,
		object: rest.object ?? null,
		action: rest.action,
		undo: rest.undo ?? undo,
		checks: rest.checks ?? [],
	});
}
