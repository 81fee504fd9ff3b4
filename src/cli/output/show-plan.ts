import type {MadePlan} from '../../container/observe/made-plan.ts';
import type {PlannedContainer} from '../../container/machine/planned-container.ts';
import type {Step} from '../../step/verbs/step.ts';
import {explainOrigin} from '../../spec/project/explain-origin.ts';
import {present} from '../../spec/syntax/pick.ts';
import {stepCalls} from '../../step/calls/step-calls.ts';
import {stepCommand, undoText} from '../../step/verbs/command.ts';
import type {NumberedStep} from '../../view/plan/plan-difference.ts';
import {type DifferenceOptions, planDifferenceText} from '../../view/plan/plan-difference-text.ts';
import {type ExplainLook, planExplain} from '../../view/plan/plan-explain.ts';
import {planDifferenceJson, planJson} from '../../view/plan/plan-json.ts';
import {planTable} from '../../view/plan/plan-table.ts';
import type {Io} from '../verb/io.ts';
import {lookOf} from './look-of.ts';

/** How a plan is shown. */
export interface PlanView {
	readonly json: boolean;
	readonly explain: boolean;
}

/** Prints a plan, or the steps of it that are selected. */
export async function showPlan(
	planned: MadePlan,
	view: PlanView,
	isShown: ((each: NumberedStep) => boolean) | undefined,
	io: Io,
): Promise<void> {
	const {plan, service} = planned;
	if (view.json) return io.out(planJson(plan, step => stepCommand(step, plan), isShown));
	const look = {...(await explainLook(planned, io)), ...present({isShown})};
	if (!view.explain) return await io.page(planTable(plan, look));
	const origins = Object.entries(service.origins).map(([value, origin]) => ({
		value,
		origin: explainOrigin(origin, io.cwd),
	}));
	await io.page(planExplain(plan, look, origins));
}

/** Prints the differences between two plans. */
export async function showDifference(
	before: PlannedContainer,
	after: PlannedContainer,
	view: PlanView & Pick<DifferenceOptions, 'otherName'>,
	only: readonly string[],
	io: Io,
): Promise<void> {
	const isCompared = only.length === 0 ? undefined : (step: Step): boolean => only.includes(step.phase);
	const [old, named] = [await side(before, io), await side(after, io)];
	const now = {...named, rename: (text: string) => text.replace(wholeName(after.plan.name), before.plan.name)};
	if (view.json) io.out(planDifferenceJson(old, now, isCompared));
	else await io.page(planDifferenceText(old, now, {...view, isCompared}));
}

/** A name that is no part of a longer one. */
function wholeName(name: string): RegExp {
	return new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?![\\w.-])`, 'g');
}

async function side(planned: PlannedContainer, io: Io) {
	return {plan: planned.plan, ...(await explainLook(planned, io))};
}

async function explainLook({plan, service}: MadePlan, io: Io): Promise<ExplainLook> {
	return {
		...(await lookOf(io, 'stdout', {plan, service})),
		commandOf: step => stepCommand(step, plan),
		undoOf: step => undoText(step, plan),
		callsOf: step => stepCalls(step, plan),
	};
}
