import type {StartStory} from '../../state/start-story.ts';
import type {Step} from '../../step/verbs/step.ts';

/**
 * A story with steps of limits that were changed since: each takes the place of the one before it, or comes behind the other
 * limits where there was none.
 */
export function withSteps(story: StartStory, steps: readonly Step[]): StartStory {
	const {plan} = story;
	const added = steps.filter(({id}) => !plan.steps.some(step => step.id === id));
	const replaced = plan.steps.map(step => steps.find(({id}) => id === step.id) ?? step);
	const at = replaced.findLastIndex(({phase}) => phase === 'cgroup') + 1;
	return {
		...story,
		plan: {...plan, steps: [...replaced.slice(0, at), ...added, ...replaced.slice(at)]},
		steps: {...story.steps, ...Object.fromEntries(added.map(({id}) => [id, {status: 'done', ms: 0} as const]))},
	};
}
