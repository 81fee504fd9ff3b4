import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {type Call, callRow} from '../calls/call.ts';
import {containerCalls} from '../calls/call-rows.ts';
import type {Flag} from '../calls/constants.ts';
import {scriptProgram} from '../calls/executor.ts';
import {doneWhenThere, hostCalls, undoCalls} from '../calls/host-calls.ts';
import {besideSteps} from '../script/beside.ts';
import {askReady, gateWords} from '../script/gate-script.ts';
import {initScripts} from '../script/init-script.ts';
import {startAction} from '../script/launch-script.ts';
import type {ExecAction} from '../verbs/exec.ts';
import {filterFile} from '../verbs/filter.ts';
import {isCheckedAtGate, type Step} from '../verbs/step.ts';
import {hostToolWords} from '../verbs/toolbox.ts';
import {checkCalls, mountTargets} from './compile-checks.ts';
import {beforeClaim, claimsFolder, claimTexts, undoPart} from './compile-claim.ts';
import {gateTexts, pipeLines, readLines, refusalLines, streamLines} from './compile-gate.ts';
import {hierarchiesOf, programs} from './compile-head.ts';
import {cgroupMembers} from './compile-members.ts';
import {recordedKinds} from './compile-record.ts';
import type {CompileInput} from './compile-script.ts';

/** The end of the here-document with the program. */
const end = 'END_OF_CALLS';

/** A script without the program of {@link callsPart}, of which sh reads no word. */
export function withoutCalls(script: string): string {
	return script.replace(new RegExp(`(<<'${end}'.*\n)[^]*?\n(?=${end}\n)`), '$1');
}

/** What the calls of a start are made from. */
export type CallsInput = Pick<CompileInput, 'plan' | 'folder' | 'facts'>;

/** A step with its number in the table of the plan, its heading, and its lines for sh. */
export interface CalledStep {
	readonly step: Step;
	readonly heading: readonly string[];
	/** Empty for a step inside. */
	readonly lines: readonly string[];
}

/** Whether sh does a step of the host, because it has no calls. */
function isForShell({step}: CalledStep): boolean {
	if (step.side === 'inside' || step.side === 'after' || step.action.kind === 'start') return false;
	return step.side === 'beside' || hostCalls(step.action) === undefined;
}

/** A step of the host as calls, with its checks. */
function hostRows(each: CalledStep): readonly Call[] {
	const {step} = each;
	if (step.side !== 'before' || step.action.kind === 'start') return [];
	const there = doneWhenThere(step.action);
	return [
		['begin', step.id],
		...(isForShell(each)
			? [...(there?.length === 1 ? [['unless_there', there[0] ?? '', 1] as const] : []), ['commands', step.id] as const]
			: (hostCalls(step.action) ?? [])),
		...step.checks.flatMap(check => checkCalls(check)),
	];
}

/** The files of the container's folder that its side reads, as calls. */
export function fileRows({plan, folder, facts}: CallsInput): readonly Call[] {
	// Their mode is a step where root of the container would read them.
	const hasScripts = plan.steps.some(({action}) => action.kind === 'enterNamespaces');
	const {gather, init, inside} = initScripts(plan.steps, folder, facts, false);
	const scripts = Object.entries({'gather.sh': gather, 'init.sh': init, 'inside.sh': inside});
	return [
		...(hasScripts ? scripts.flatMap(([name, text]) => (text === null ? [] : [['file', name, text] as const])) : []),
		...plan.steps.flatMap(({action}): readonly Call[] => {
			if (action.kind === 'openFilter')
				return [['open_file', filterFile, Buffer.from(action.filter, 'base64').toString('hex')]];
			if (action.kind !== 'mountTable') return [];
			const files = Object.entries(action.files ?? {});
			return [
				...(hasScripts ? [['file', `${action.name}.fstab`, ''] as const] : []),
				...files.map(([name, text]) => ['open_file', name, Buffer.from(text).toString('hex')] as const),
			];
		}),
	];
}

/**
 * The calls of the container's side for a first process that the process outside makes. It waits for that one itself, so no other
 * process needs to be between the two, unless a map or clocks must be set before the first process is there.
 */
export function startRows(input: CallsInput): readonly Call[] {
	const {plan, folder, facts} = input;
	const calls = containerCalls(plan, folder, facts, {hold: false, guard: undefined, quiet: true});
	const enters = plan.steps.some(({action}) => action.kind === 'enterNamespaces');
	// A process is in a pid namespace that it joined once it has made another.
	const joinsPids = startAction(plan).joins?.some(({kind}) => kind === 'pid') === true;
	const between = enters || joinsPids || calls.some(([name]) => name === 'unshare_user' || name === 'reset_clocks');
	const unshare = calls.findIndex(([name]) => name === 'unshare');
	const flags = (calls[unshare]?.[1] ?? []) as readonly Flag[];
	const fork = calls.findIndex(([name]) => name === 'fork');
	const unified = startAction(plan).cgroups.find(file => file.endsWith('/cgroup.procs'));
	const rest: readonly Call[] = between
		? calls
		: calls.flatMap((call, at): readonly Call[] => {
				if (at === fork) return [];
				const others = flags.filter(flag => flag !== 'CLONE_NEWPID');
				return at === unshare ? (others.length === 0 ? [] : [['unshare', others]]) : [call];
			});
	const made: readonly Flag[] = between ? [] : flags.filter(flag => flag === 'CLONE_NEWPID');
	return [['start', rest.length, made, unified?.replace(/\/cgroup\.procs$/, '') ?? ''], ...rest];
}

/** The file that counts the processes which the kernel killed for the container's memory, or an empty text. */
export function memoryFile(input: CallsInput): string {
	const members = cgroupMembers(input.plan);
	const memory = members.find(({controller}) => controller === 'memory');
	if (memory !== undefined) return `${memory.path}/memory.oom_control`;
	const unified = members.find(({controller}) => controller === '');
	return unified === undefined ? '' : `${unified.path}/memory.events`;
}

/** What follows the gate: the end of the command, and the undos if all of them are calls. */
function endRows(input: CompileInput): readonly Call[] {
	const undos = input.plan.steps.toReversed().map(({undo}) => (undo.kind === 'none' ? [] : undoCalls(undo)));
	return [
		['wait', memoryFile(input)],
		...(undos.includes(undefined) ? [] : [...undos.flatMap(calls => calls ?? []), ['undone'] as const]),
		['end'],
	];
}

/** All rows of the process outside, with a comment above those of each step. */
function rowLines(
	input: CompileInput,
	steps: readonly CalledStep[],
	exec: ExecAction,
	execId: string,
): readonly string[] {
	const {plan} = input;
	const headings = new Map(steps.map(({step, heading}) => [step.id, heading]));
	const targets = mountTargets(plan);
	const held = [...besideSteps(plan.steps).keys()].filter(id => id !== execId);
	const ids = plan.steps.flatMap(({action}) => (action.kind === 'dropPrivileges' ? [action.ids] : []))[0] ?? null;
	const fixed = ids === null ? '' : `${ids.uid} ${ids.gid} ${ids.groups.join(',')}`;
	const {record, journal} = claimTexts(input);
	const start = steps.findIndex(({step}) => step.action.kind === 'start');
	const atExec = steps.filter(
		each => each.step.side === 'beside' && besideSteps(plan.steps).get(execId)?.includes(each.step) === true,
	);
	const shown = (calls: readonly Call[]): readonly string[] =>
		calls.flatMap(call => {
			const heading = call[0] === 'begin' ? headings.get(String(call[1])) : undefined;
			return [...(heading === undefined ? [] : ['', ...heading]), callRow(call).trimEnd()];
		});
	return [
		'# Is this root, and the host that the script was made for?',
		...shown([
			['need_root'],
			['need_programs', ...programs(input)],
			['need_hierarchies', ...hierarchiesOf(input)],
			['close_others'],
		]),
		'',
		'# The name, with what the record and the journal have.',
		...shown([['claim', claimsFolder(input), plan.name, record, ...journal]]),
		...shown(steps.slice(0, start).flatMap(hostRows)),
		'',
		...(steps[start]?.heading ?? []),
		...shown([['at', steps[start]?.step.id ?? ''], ...fileRows(input), ...startRows(input)]),
		'',
		'# The process outside follows it to the gate. What the kernel shows of it there must be what was planned.',
		...shown([['follow', askReady, ...held], ...atExec.map(({step}) => ['commands', step.id] as const), ['look']]),
		...steps.flatMap(({step}) =>
			step.checks.length === 0 || !isCheckedAtGate(step)
				? []
				: shown([['at', step.id], ...step.checks.flatMap(check => checkCalls(check, targets))]),
		),
		'',
		...(headings.get(execId) ?? []),
		...shown([['open_gate', fixed, recordedKinds(input).join(' '), ...gateTexts(exec, input)]]),
		'',
		'# Its end, and the way back, last step first.',
		...shown(endRows(input)),
	];
}

/** The lines of sh for what the process outside asks for. */
function askedLines(input: CompileInput, steps: readonly CalledStep[], execId: string): readonly string[] {
	const beside = [...besideSteps(input.plan.steps)].filter(([id]) => id !== execId);
	const indented = (lines: readonly string[]): readonly string[] =>
		lines.map(line => (line === '' ? '' : `\t\t${line}`));
	const linesOf = (wanted: readonly Step[]): readonly string[] =>
		indented(steps.filter(({step}) => wanted.includes(step)).flatMap(({lines}) => lines));
	const waited = new Set(beside.flatMap(([, waiting]) => waiting.map(step => step.id)));
	return [
		...beside.flatMap(([id, waiting]) => [
			`	${shellWord(`@held ${id}`)})`,
			...linesOf(waiting),
			`		at ${shellWord(id)}`,
			'		echo >&8',
			'		;;',
		]),
		...steps.flatMap(each =>
			!isForShell(each) || waited.has(each.step.id)
				? []
				: [`	${shellWord(`@do ${each.step.id}`)})`, ...indented(each.lines), '		echo >&8', '		;;'],
		),
	];
}

/**
 * The part of a compiled script that starts one process, which makes all calls, and follows it until the command runs: claim, steps,
 * start, checks and gate. `closingPart` is next.
 */
export function callsPart(
	input: CompileInput,
	steps: readonly CalledStep[],
	{id: execId, action: exec}: {readonly id: string; readonly action: ExecAction},
): readonly string[] {
	const {facts} = input;
	const rows = rowLines(input, steps, exec, execId);
	const names = new Set(rows.map(row => row.split('\t', 1)[0] ?? ''));
	const perl = shellCommand(hostToolWords(facts, 'perl') ?? ['perl']);
	return [
		...undoPart(input),
		'',
		...beforeClaim(
			input,
			steps.some(({lines}) => lines.some(line => line.includes('own_start'))),
		),
		'',
		'# From here on everything is taken back, however this script ends. What ended as it should has been taken back already.',
		"claimed='' undone='' refusal='' streams='' ended=''",
		'clean_up() {',
		'	status=$?',
		"	trap '' INT TERM HUP",
		'	[ -z "$timer" ] || { kill -KILL "$timer" && wait "$timer"; } 2>/dev/null',
		'	exec 8>&-',
		'	if [ -n "$chain" ] && [ -z "$ended" ]; then',
		'		# Before the gate is open it ends between two calls, so that it can still tell what it has done.',
		'		if [ -n "$refusal" ]; then kill -KILL "$chain"; else kill -TERM "$chain"; fi 2>/dev/null',
		'		wait "$chain" 2>/dev/null',
		'	fi',
		'	if [ -n "$chain" ]; then',
		'		while IFS= read -r line <&9; do case $line in @claimed) claimed=1 ;; @undone) undone=1 ;; esac; done',
		'	fi',
		'	exec 9<&-',
		'	[ -z "$claimed" ] || [ -n "$undone" ] || stop_all',
		'	exec 5<&- 6>&- 7>&-',
		'	for each in $relays; do wait "$each"; done',
		'	[ -z "$input_relay" ] || kill "$input_relay" 2>/dev/null',
		'	if [ -z "$claimed" ]; then',
		'		[ ! -d "$new" ] || rm -rf "$new"',
		'	elif [ -z "$undone" ]; then',
		'		undo_all',
		'	fi',
		'	[ -z "$streams" ] || rm -rf "$streams"',
		'	[ -z "$not_clean" ] || status=125',
		'	exit "$status"',
		'}',
		'trap clean_up EXIT',
		'',
		'# The folder of the FIFOs, should there have to be any.',
		'make_streams() {',
		'	[ -z "$streams" ] || return 0',
		'	streams=$new-streams',
		'	(umask 077; mkdir -p "$streams") || broken',
		'}',
		...streamLines('$streams', 'make_streams'),
		'',
		...pipeLines('$streams', 'make_streams'),
		'',
		'# One process carries out the calls below its program, for itself until `start`, then for the first process of the container.',
		'# It asks for what only commands can do. 0, 1 and 2 are those of the command; on 3 it tells, and on 4 it hears.',
		`${perl} /proc/self/fd/5 <&5 >&6 2>&7 3>&3 4<"$gate" 5<<'${end}' 6>&- 7>&- 8>&- 9<&- &`,
		scriptProgram(facts.kernel.arch, names),
		'__END__',
		...rows,
		end,
		'chain=$!',
		'exec 3>&-',
		'',
		'# All that is no word of its own is what a tool said.',
		"step='claim the name' late=''",
		'while :; do',
		...readLines,
		'	case $line in',
		...askedLines(input, steps, execId),
		'	"@begin "*) at "${line#@begin }" && said=\'\' ;;',
		'	@claimed) claimed=1 ;;',
		'	@taken)',
		'		# What is killed then is that of the other one.',
		"		mine=$chain chain=''",
		'		take_over',
		'		chain=$mine',
		'		echo >&8',
		'		;;',
		'	"@pid "*)',
		'		pid=${line#@pid }',
		'		pid_started=${pid#* } pid=${pid%% *}',
		'		;;',
		'	"@wrong "*) wrong "${line#@wrong }" ;;',
		'	"@failed "*)',
		"		IFS='\t'",
		'		# shellcheck disable=SC2086 # words are meant',
		'		set -- ${line#@failed }',
		'		IFS=$blanks',
		'		failed "$@"',
		'		;;',
		`	${gateWords.ready})`,
		'		# From the next line on the command may run.',
		"		step='' command='' said='' late=''",
		'		trap "late=1" INT TERM HUP',
		'		echo >&8',
		'		;;',
		`	${gateWords.exec} | ${gateWords.directory} | ${gateWords.notFound} | ${gateWords.notExecutable}*) refusal=$line && break ;;`,
		'	@*) ;;',
		'	*) said=${said:+$said; }$line ;;',
		'	esac',
		'done',
		'[ -n "$refusal" ] || [ -z "$step" ] || broken',
		...refusalLines(exec),
		'exec 5<&- 6>&- 7>&- 8>&-',
	];
}
