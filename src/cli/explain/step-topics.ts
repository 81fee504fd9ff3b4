import type {PlannedSample} from '../../container/plan/plan-example.ts';
import {stepCommand, undoText} from '../../step/verbs/command.ts';
import type {Phase, Step} from '../../step/verbs/step.ts';
import type {StepsTopic, StepTopic} from '../../view/explain/topic.ts';
import {checkWords} from '../../view/plan/check-words.ts';
import {phaseWords} from '../../view/plan/phase-words.ts';
import {documentedSteps} from './pages.ts';
import type {Plans, Sources} from './sources.ts';

/**
 * A step by its id, or all steps of a phase or of a prefix. The steps are those of a plan on this machine; the documentation
 * only says which words are worth a search.
 */
export async function stepTopics(word: string, {io, plans}: Sources): Promise<readonly (StepTopic | StepsTopic)[]> {
	const documented = documentedSteps(io).filter(step => isMeant(word, step));
	const isId = /^[a-z]+(?:\.[\w.-]+)+$/.test(word);
	if (documented.length === 0 && !isId) return [];
	const exact = documented.some(({id}) => id === word) || documented.length === 0;
	if (exact) {
		for await (const sample of plans.samples()) {
			const step = sample.plan.steps.find(({id}) => id === word);
			if (step !== undefined) return [stepTopic(word, step, sample)];
		}
	}
	if (documented.length === 0) return [];
	const shown = plans.ofSpec && !exact ? await stepsOf(word, plans) : documented;
	const about = exact
		? 'no plan of this machine has it; docs/steps.md shows it on another one'
		: (phaseAbout(word) ?? 'steps whose names begin with it');
	return [{kind: 'steps', word, about, steps: shown.map(({id, title}) => ({id, title}))}];
}

/** The steps of the user's spec. */
async function stepsOf(word: string, plans: Plans): Promise<readonly Step[]> {
	const steps: Step[] = [];
	for await (const {plan} of plans.samples()) steps.push(...plan.steps.filter(step => isMeant(word, step)));
	return steps;
}

function isMeant(word: string, {id, phase}: {readonly id: string; readonly phase: string}): boolean {
	return id === word || phase === word || id.startsWith(`${word}.`);
}

function phaseAbout(word: string): string | undefined {
	return Object.hasOwn(phaseWords, word) ? phaseWords[word as Phase] : undefined;
}

function stepTopic(word: string, step: Step, {plan, label}: PlannedSample): StepTopic {
	const {id, title, phase, why, man, object, checks} = step;
	return {
		kind: 'step',
		word,
		id,
		title,
		phase,
		from: label,
		command: stepCommand(step, plan),
		why,
		man,
		object,
		checks: checks.map(checkWords),
		undo: undoText(step, plan),
	};
}
