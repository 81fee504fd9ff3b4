import {stepCommand} from '../../step/verbs/command.ts';
import type {Plan, Step} from '../../step/verbs/step.ts';
import {type PlanDifference, planDifference, type PlanSide} from '../plan/plan-difference.ts';
import type {DiffLine} from '../text/line-diff.ts';

/** Whether something is only in the second of two plans, only in the first, or in both with a difference. */
export type Sign = '+' | '-' | '~';

/** A step that two plans do not share. */
export interface StepChange {
	readonly sign: Sign;
	readonly id: string;
	readonly title: string;
	/** The command lines of a new or missing step; of a changed step those that differ, with a sign. */
	readonly lines: readonly string[];
}

/** A protection that only one of two plans has. */
export interface ProtectionSwitch {
	readonly name: string;
	readonly on: boolean;
	/** What it stops, or what is open without it. */
	readonly attack: string;
}

/** The steps and protections that differ between two plans. */
export function planChanges(
	before: Plan,
	after: Plan,
): {readonly steps: readonly StepChange[]; readonly protections: readonly ProtectionSwitch[]} {
	const [old, now] = [sideOf(before), sideOf(after)];
	const {added, removed, changed, protections} = planDifference(old, now);
	const steps: readonly (readonly [number: number, change: StepChange])[] = [
		...removed.map(({number, step}) => [number, whole('-', step, old)] as const),
		...added.map(({number, step}) => [number, whole('+', step, now)] as const),
		...changed.flatMap(({number, step: {id, title}, lines}) => {
			const shown = changedLines(lines);
			return shown.length === 0 ? [] : [[number, {sign: '~', id, title, lines: shown}] as const];
		}),
	];
	return {
		steps: steps.toSorted(([one], [other]) => one - other).map(([, change]) => change),
		protections: protections.flatMap(switchOf),
	};
}

function switchOf({protection, change}: PlanDifference['protections'][number]): readonly ProtectionSwitch[] {
	const {name, attack} = protection;
	return change === 'changed' ? [] : [{name, on: change === 'on', attack}];
}

function sideOf(plan: Plan): PlanSide {
	return {plan, commandOf: step => stepCommand(step, plan)};
}

function whole(sign: Sign, step: Step, {commandOf}: PlanSide): StepChange {
	return {sign, id: step.id, title: step.title, lines: commandOf(step).split('\n')};
}

/** Lines with their signs. The checks of mounts follow from other steps and say nothing new. */
function changedLines(lines: readonly DiffLine[]): readonly string[] {
	const shown = lines
		.filter(({text}) => !text.startsWith('check: /proc/PID/mountinfo'))
		.map(({sign, text}) => ({sign, text: text.trim()}));
	const [first, second] = shown;
	const pair =
		shown.length === 2 && first?.sign === '-' && second?.sign === '+' ? differing(first.text, second.text) : undefined;
	return shown.map(({sign, text}, index) => `${sign} ${pair?.[index] ?? text}`);
}

/** The fewest words at an end of a line that are worth leaving out. */
const fewest = 4;

/** Two lines without the words that both begin and end with, except the one beside the difference. */
function differing(before: string, after: string): readonly [before: string, after: string] {
	const [old, now] = [before.split(' '), after.split(' ')];
	const most = Math.min(old.length, now.length);
	const same = (at: (index: number) => boolean): number => {
		const first = Array.from({length: most}, (_, index) => index).find(index => !at(index)) ?? most;
		return first < fewest ? 0 : first - 1;
	};
	const head = same(index => old[index] === now[index]);
	const tail = Math.min(
		same(index => old.at(-1 - index) === now.at(-1 - index)),
		most - head,
	);
	const shorten = (words: readonly string[]): string =>
		[...(head > 0 ? ['...'] : []), ...words.slice(head, words.length - tail), ...(tail > 0 ? ['...'] : [])].join(' ');
	return [shorten(old), shorten(now)];
}

/** The entries that differ between two OCI configurations: `+ linux.resources.memory.limit: 104857600`. */
export function configChanges(before: object, after: object): readonly string[] {
	const [old, now] = [entriesOf(before, ''), entriesOf(after, '')];
	const only = (own: Entries, other: Entries, sign: Sign): readonly string[] => {
		const found = own.filter(([path, value]) => !other.some(each => each[0] === path && each[1] === value));
		return [...new Set(found.map(([path]) => path))].map(path => {
			const values = found.filter(each => each[0] === path).map(([, value]) => value);
			return `${sign} ${path}: ${values.join(' ')}`;
		});
	};
	return [...only(old, now, '-'), ...only(now, old, '+')];
}

type Entries = readonly (readonly [path: string, value: string])[];

function entriesOf(value: unknown, path: string): Entries {
	if (Array.isArray(value)) {
		// The place in a list means nothing: each entry stands for itself. Words in an order are one value.
		const isSet = value.some(each => typeof each === 'object') || path.startsWith('process.capabilities');
		return isSet ? value.map(each => [path, JSON.stringify(each)] as const) : [[path, JSON.stringify(value)]];
	}
	if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value)]];
	return Object.entries(value).flatMap(([key, inner]) => entriesOf(inner, path === '' ? key : `${path}.${key}`));
}
