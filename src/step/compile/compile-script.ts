import type {HostFacts} from '../../host/facts.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {besideSteps} from '../script/beside.ts';
import {initScripts} from '../script/init-script.ts';
import {actionLines, hostLines} from '../verbs/action.ts';
import type {ExecAction} from '../verbs/exec.ts';
import {filterFile} from '../verbs/filter.ts';
import {fstabLine} from '../verbs/fstab.ts';
import {isCheckedAtGate, type Plan, type Step} from '../verbs/step.ts';
import type {StoreScripts} from '../verbs/verb.ts';
import {callsPart, withoutCalls} from './compile-calls.ts';
import {checkLines, mountNumbers, mountTargets} from './compile-checks.ts';
import {claimPart} from './compile-claim.ts';
import {closingPart} from './compile-closing.ts';
import {workFunctions} from './compile-functions.ts';
import {gatePart} from './compile-gate.ts';
import {gateFunctions} from './compile-gate-functions.ts';
import {closeOwn, descriptorLines, headPart, refusals} from './compile-head.ts';
import {terminalPart} from './compile-terminal.ts';
import {comment, neededFunctions, writeFile} from './compile-text.ts';

/** Input of {@link compileScript}. */
export interface CompileInput extends StoreScripts {
	readonly plan: Plan;
	readonly facts: HostFacts;
	/** The container's state folder, which the steps of the plan name too. */
	readonly folder: string;
	/** The container's record without `owner`, `bootId`, `created`, and `process`, which the script adds. */
	readonly record: Readonly<Record<string, unknown>>;
	/** The name of a signal, with SIG. */
	readonly stopSignal: string;
	/** The time from the stop signal to SIGKILL, ms. */
	readonly stopGraceMs: number;
}

/** The step that becomes the command. */
interface ExecStep {
	readonly id: string;
	readonly action: ExecAction;
}

/** A step with its number in the table of the plan. */
interface Numbered {
	readonly step: Step;
	readonly number: number;
}

function heading({step, number}: Numbered): readonly string[] {
	return comment(`${number}. ${step.title} — ${step.why}`);
}

function hostStep(each: Numbered, input: CompileInput): readonly string[] {
	const {step} = each;
	if (step.side === 'inside' || step.side === 'after' || step.action.kind === 'start') return [];
	return [
		// With calls it is above the calls of the step.
		...(input.plan.executor === 'calls' && step.side === 'before' ? [] : ['', ...heading(each)]),
		`step=${shellWord(step.title)}${step.side === 'beside' ? " said=''" : ''}`,
		...(step.action.kind === 'mkdir' && step.action.paths.length === 0
			? ['# mkdir(1) has made them above, with the others.']
			: hostLines(step.action, input.facts, input)),
		...(isCheckedAtGate(step) ? [] : step.checks.flatMap(check => checkLines(check))),
	];
}

/** The steps before the start with all their folders made by the first that makes any, because a mkdir(1) costs a process. */
function withOneMkdir(steps: readonly Numbered[]): readonly Numbered[] {
	const paths = steps.flatMap(({step: {action}}) => (action.kind === 'mkdir' ? action.paths : []));
	const first = steps.find(({step: {action}}) => action.kind === 'mkdir');
	return steps.map(each => {
		const {step} = each;
		if (step.side !== 'before' || step.action.kind !== 'mkdir') return each;
		return {...each, step: {...step, action: {...step.action, paths: each === first ? paths : []}}};
	});
}

/** A mount table with the reason for each row above it; mount(8) skips comments. */
function commentedTable(rows: readonly Parameters<typeof fstabLine>[0][]): string {
	return rows.map(row => `# ${row.why}\n${fstabLine(row)}\n`).join('');
}

/** Bytes as lines of printf, a builtin of every sh. base64(1) would be a process and cost a millisecond. */
function octalLines(bytes: Buffer): readonly string[] {
	const octal = [...bytes].map(byte => `\\${byte.toString(8).padStart(3, '0')}`);
	const rows = Array.from({length: Math.ceil(octal.length / 24)}, (_, row) => octal.slice(row * 24, row * 24 + 24));
	return rows.map(row => `\tprintf '${row.join('')}'`);
}

/** Lines that write the compiled filter, which is binary. */
function filterLines(filter: string): readonly string[] {
	return [
		'',
		'# The seccomp filter: struct sock_filter[] of seccomp(2).',
		'{',
		...octalLines(Buffer.from(filter, 'base64')),
		`} > "$box/${filterFile}" || broken`,
	];
}

/** Lines that write what the first process runs: the same programs and tables that `tsbox up` writes. */
function containerSide(steps: readonly Numbered[], {plan, folder, facts}: CompileInput): readonly string[] {
	const numbers = new Map(steps.map(each => [each.step, each]));
	const scripts = initScripts(plan.steps, folder, facts, false, step => {
		const each = numbers.get(step);
		return each === undefined ? [] : heading(each);
	});
	return [
		'',
		'# What the first process runs: these steps happen inside, after it was started below.',
		writeFile('init.sh', scripts.init),
		...(scripts.gather === null ? [] : [writeFile('gather.sh', scripts.gather)]),
		...(scripts.inside === null ? [] : [writeFile('inside.sh', scripts.inside)]),
		'',
		'# The tables that its mount commands read; fstab(5).',
		...plan.steps.flatMap(({action}) =>
			action.kind === 'mountTable'
				? [
						writeFile(`${action.name}.fstab`, commentedTable(action.rows)),
						...Object.entries(action.files ?? {}).flatMap(([name, text]) => [
							writeFile(name, text),
							`chmod 644 "$box/${name}"`,
						]),
					]
				: [],
		),
		...plan.steps.flatMap(({action}) => (action.kind === 'openFilter' ? filterLines(action.filter) : [])),
	];
}

/** The function `at`, which sets the title and the command for a step id of the status pipe. */
function titles(steps: readonly Numbered[], {folder, plan}: CompileInput): string {
	const told = steps.filter(({step}) => plan.executor === 'calls' || isCheckedAtGate(step));
	return [
		'# The step that an id means, for messages.',
		'at() { # ID',
		'\tcase $1 in',
		...told.map(
			({step}) =>
				`\t${step.id}) step=${shellWord(step.title)} command=${shellWord(actionLines(step.action, folder)[0] ?? '')} ;;`,
		),
		'\tesac',
		'}',
	].join('\n');
}

function checksAtGate(steps: readonly Numbered[], targets: readonly string[]): readonly string[] {
	return steps.flatMap(({step, number}) => {
		if (step.checks.length === 0 || !isCheckedAtGate(step)) return [];
		return [`# step ${number}`, `at ${step.id}`, ...step.checks.flatMap(check => checkLines(check, targets))];
	});
}

/**
 * Renders a plan as a POSIX sh script that makes the same container with the host's own tools. The script has the same
 * steps in the same order, the same checks before the command starts, and the same exit status. It leaves nothing
 * behind. Root runs it.
 */
export function compileScript(input: CompileInput): string {
	const {plan} = input;
	const steps = plan.steps.map((step, at) => ({step, number: at + 1}));
	const first = steps.findIndex(({step}) => step.action.kind === 'start');
	const start = steps[first];
	if (start === undefined) throw new TypeError('the plan starts nothing');
	const exec = steps.find(({step}) => step.action.kind === 'exec');
	if (exec?.step.action.kind !== 'exec') throw new TypeError('the plan runs nothing');
	const targets = mountTargets(plan);
	const execStep = {id: exec.step.id, action: exec.step.action};
	const body =
		plan.executor === 'calls' ? callsBody(input, steps, execStep) : commandsBody(input, steps, first, execStep);
	const titlesText = titles(steps, input);
	const named = withoutCalls([titlesText, ...body].join('\n'));
	const rm = input.facts.tools.rm?.flags.includes('one-file-system') === true ? '--one-file-system ' : '';
	const functions = [
		...neededFunctions({...workFunctions, ...(plan.executor === 'calls' ? {} : gateFunctions)}, named).map(text =>
			text.replaceAll('ONE_FILE_SYSTEM', rm),
		),
		titlesText,
		...(plan.executor === 'calls' ? [] : [mountNumbers(targets)]),
	];
	return `${[...headPart(input), '', functions.join('\n\n'), '', ...body].join('\n')}\n`;
}

/** The script's parts after its functions, when each step is commands. */
function commandsBody(
	input: CompileInput,
	steps: readonly Numbered[],
	first: number,
	exec: ExecStep,
): readonly string[] {
	const {plan} = input;
	const start = steps[first];
	const execHeading = steps.flatMap(each => (each.step.id === exec.id ? heading(each) : []));
	const beside = [...besideSteps(plan.steps)].map(([id, waiting]) => {
		const lines = steps.filter(({step}) => waiting.some(each => each === step)).flatMap(each => hostStep(each, input));
		return [id, lines] as const;
	});
	return [
		...refusals(input),
		'',
		...terminalPart(input),
		'',
		...claimPart(input),
		...withOneMkdir(steps.slice(0, first)).flatMap(each => hostStep(each, input)),
		'',
		...(start === undefined ? [] : heading(start)),
		...containerSide(steps, input),
		'',
		...gatePart(
			input,
			checksAtGate(steps, mountTargets(plan)),
			start?.step.id ?? '',
			execHeading,
			exec,
			new Map(beside),
		),
		'',
		...closingPart(input),
	];
}

/** The script's parts after its functions, when one process makes the calls of the steps. */
function callsBody(input: CompileInput, steps: readonly Numbered[], exec: ExecStep): readonly string[] {
	const called = steps.map(each => ({step: each.step, heading: heading(each), lines: hostStep(each, input)}));
	return [
		'# Descriptors that the caller left open are closed by the process that makes the container.',
		closeOwn,
		...descriptorLines,
		'',
		...terminalPart(input),
		'',
		...callsPart(input, called, exec),
		'',
		...closingPart(input),
	];
}
