import type {Plan} from '../../step/verbs/step.ts';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {phaseWords} from '../../view/plan/phase-words.ts';
import type {NumberedStep} from '../../view/plan/plan-difference.ts';
import type {Options, Values} from '../verb/command.ts';
import {usageError} from './usage-error.ts';

/** The options that show a part of a plan. */
export const selectionOptions = {
	only: {
		kind: 'list',
		value: 'PHASE',
		choices: Object.keys(phaseWords),
		describe: 'Show only the steps of these phases, separated by commas',
	},
	step: {kind: 'text', value: 'N|ID', describe: 'Explain one step, given by its number or id'},
} as const satisfies Options;

/**
 * Which steps of a plan are shown; undefined for all.
 *
 * @throws TsboxError E_USAGE for a step that the plan does not have.
 */
export function selectedSteps(
	{only, step}: Values<typeof selectionOptions>,
	plan: Plan,
): ((each: NumberedStep) => boolean) | undefined {
	if (step === undefined) return only.length === 0 ? undefined : each => only.includes(each.step.phase);
	const number = /^\d+$/.test(step) ? Number(step) : plan.steps.findIndex(({id}) => id === step) + 1;
	if (number < 1 || number > plan.steps.length) throw noSuchStep(step, plan);
	return each => each.number === number;
}

function noSuchStep(word: string, {name, steps}: Plan): TsboxError {
	const near = didYouMean(
		word,
		steps.map(({id}) => id),
	);
	return new TsboxError('E_USAGE', `the plan of ${name} has no step ${word}`, {
		hint:
			near === undefined
				? `give a number from 1 to ${steps.length}, or an id, which \`tsbox plan --explain\` shows`
				: `did you mean ${near}?`,
	});
}

/**
 * Refuses options that contradict each other.
 *
 * @throws TsboxError E_USAGE.
 */
export function checkSelection(
	{
		only,
		step,
		diff,
		format,
		json,
	}: Values<typeof selectionOptions> & {
		readonly diff: boolean;
		readonly format: string | undefined;
		readonly json: boolean;
	},
	positionals: readonly string[],
): void {
	const given = [
		...(diff ? ['--diff'] : []),
		...(step === undefined ? [] : ['--step']),
		...(only.length === 0 ? [] : ['--only']),
	];
	if (step !== undefined && given.length > 1)
		throw usageError(
			`${given.filter(name => name !== '--step').join(' and ')} cannot be combined with --step`,
			undefined,
			'plan',
		);
	if (step !== undefined && /\/|\.(ya?ml|json)$/.test(step))
		throw usageError(`--step needs a number or an id, not the spec ${step}`, undefined, 'plan');
	if (format === 'sh' && !json && given.length > 0)
		throw new TsboxError('E_USAGE', `${given.join(' and ')} cannot be combined with --format sh`, {
			hint: 'a script needs all steps; remove one of the options',
		});
	if (diff && positionals.length !== 2)
		throw new TsboxError('E_USAGE', '--diff needs two specs', {
			hint: 'name both: `tsbox plan --diff before.yaml after.yaml`, or `FILE:SERVICE`',
		});
}
