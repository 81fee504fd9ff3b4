import type {Step, StepBeside} from '../verbs/step.ts';

/**
 * The beside steps, by the id of the inside step that the first process waits to begin.
 *
 * @throws TypeError for a beside step before the first process has entered its namespaces: its pid is unknown until
 * then.
 */
export function besideSteps(steps: readonly Step[]): ReadonlyMap<string, readonly StepBeside[]> {
	const found = new Map<string, readonly StepBeside[]>();
	const enters = steps.findIndex(({action}) => action.kind === 'enterNamespaces');
	let waiting: readonly StepBeside[] = [];
	for (const [at, step] of steps.entries()) {
		if (step.side === 'beside') waiting = [...waiting, step];
		if (step.side !== 'inside' || waiting.length === 0) continue;
		if (at <= enters) throw new TypeError(`${waiting[0]?.id} comes before the first process is in its namespaces`);
		found.set(step.id, waiting);
		waiting = [];
	}
	return found;
}
