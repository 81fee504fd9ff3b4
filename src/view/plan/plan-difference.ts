import type {Plan, Protection, Step} from '../../step/verbs/step.ts';
import {checkWords} from './check-words.ts';
import {type DiffLine, lineDiff} from '../text/line-diff.ts';

/** A step with its number in its plan. */
export interface NumberedStep {
	readonly number: number;
	readonly step: Step;
}

/** A step that both plans have, with other commands, or other checks of the same commands. */
export interface ChangedStep extends NumberedStep {
	/** Its number in the first plan. */
	readonly before: number;
	readonly lines: readonly DiffLine[];
}

/** A protection that only one plan has or has switched on. */
export interface ProtectionChange {
	/** As the second plan tells it, or the first if the second does not have it. */
	readonly protection: Protection;
	/** `on` and `off` are about the second plan; `changed` protects in another way than before. */
	readonly change: 'on' | 'off' | 'changed';
}

/** What the second plan adds to the first, takes away, and does in another way. */
export interface PlanDifference {
	readonly added: readonly NumberedStep[];
	readonly removed: readonly NumberedStep[];
	readonly changed: readonly ChangedStep[];
	/** The number of equal steps. */
	readonly same: number;
	readonly protections: readonly ProtectionChange[];
}

/** One of the plans to compare. */
export interface PlanSide {
	readonly plan: Plan;
	readonly commandOf: (step: Step) => string;
	/** Replaces the container's name by that of the other side, so that names do not differ. */
	readonly rename?: (text: string) => string;
}

/**
 * Compares two plans by the ids of their steps.
 *
 * @param isCompared - which steps are compared, without the protections; by default everything
 */
export function planDifference(
	before: PlanSide,
	after: PlanSide,
	isCompared?: (step: Step) => boolean,
): PlanDifference {
	const stepsOf = ({plan}: PlanSide) => numbered(plan).filter(({step}) => isCompared?.(step) ?? true);
	const [old, now] = [stepsOf(before), stepsOf(after)];
	const oldById = new Map(old.map(each => [each.step.id, each]));
	const ids = new Set(now.map(({step}) => step.id));
	const shared = now.flatMap(each => {
		const was = oldById.get(each.step.id);
		return was === undefined
			? []
			: [{...each, before: was.number, lines: changedLines(was.step, each.step, before, after)}];
	});
	const changed = shared.filter(({lines}) => lines.length > 0);
	return {
		added: now.filter(({step}) => !oldById.has(step.id)),
		removed: old.filter(({step}) => !ids.has(step.id)),
		changed,
		same: shared.length - changed.length,
		protections: isCompared === undefined ? protectionChanges(before.plan, after.plan) : [],
	};
}

/** The steps of a plan with their numbers. */
export function numbered({steps}: Plan): readonly NumberedStep[] {
	return steps.map((step, index) => ({number: index + 1, step}));
}

/** The command lines that differ, or else the checks that differ. */
function changedLines(was: Step, is: Step, before: PlanSide, after: PlanSide): readonly DiffLine[] {
	const linesOf = (step: Step, {commandOf, rename = same}: PlanSide) => rename(commandOf(step)).split('\n');
	const checksOf = ({checks}: Step, {rename = same}: PlanSide) =>
		checks.map(check => rename(`check: ${checkWords(check)}`));
	const commands = differing(linesOf(was, before), linesOf(is, after));
	return commands.length > 0 ? commands : differing(checksOf(was, before), checksOf(is, after));
}

function same(text: string): string {
	return text;
}

function differing(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
	return lineDiff(before, after).filter(({sign}) => sign !== ' ');
}

function protectionChanges(before: Plan, after: Plan): readonly ProtectionChange[] {
	const old = new Map(before.protections.map(each => [each.name, each]));
	const names = new Set(after.protections.map(({name}) => name));
	return [
		...after.protections.flatMap((protection): readonly ProtectionChange[] => {
			const was = old.get(protection.name);
			if ((was?.on ?? false) !== protection.on) return [{protection, change: protection.on ? 'on' : 'off'}];
			return was === undefined || was.stops === protection.stops ? [] : [{protection, change: 'changed'}];
		}),
		...before.protections
			.filter(({name, on}) => on && !names.has(name))
			.map(protection => ({protection: {...protection, on: false}, change: 'off' as const})),
	];
}
