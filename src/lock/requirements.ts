import type {HostFacts} from '../host/facts.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import {needsOf} from '../step/verbs/action.ts';
import type {Plan} from '../step/verbs/step.ts';

/** What of the machine a plan leans on, by name. */
export interface Requirements {
	/** The versions of the tools that its steps run: `mount` is `util-linux 2.38.1`. */
	readonly tools: Readonly<Record<string, string>>;
	/** What of the kernel its steps use, where kernels and hosts differ: `overlay` is `in the store`. */
	readonly features: Readonly<Record<string, string>>;
}

/** Derived from the actions of the steps, so that what a plan does not use may differ. */
export function requirements(plan: Plan, image: ImageFacts, facts: HostFacts): Requirements {
	const actions = plan.steps.flatMap(({action, undo}) => (undo.kind === 'none' ? [action] : [action, undo]));
	const needs = actions.map(action => needsOf(action, facts));
	const unpackedWith = image.kind === 'archive' || image.kind === 'image' ? (['tar'] as const) : [];
	const names = new Set(['sh' as const, ...unpackedWith, ...needs.flatMap(({tools = []}) => tools)]);
	return {
		tools: sorted([...names].map(name => [name, facts.tools[name]?.version ?? 'not there'])),
		features: sorted([...needs.flatMap(({features = []}) => features), ['executor', plan.executor]]),
	};
}

function sorted(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
	return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
