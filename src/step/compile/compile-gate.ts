import {shellWord} from '../../spec/syntax/shell-words.ts';
import {askReady, gateScript, gateWords} from '../script/gate-script.ts';
import {startAction} from '../script/launch-script.ts';
import type {ExecAction} from '../verbs/exec.ts';
import {startLines} from '../verbs/start.ts';
import {hostToolWords} from '../verbs/toolbox.ts';
import {recorderLines} from './compile-record.ts';
import type {CompileInput} from './compile-script.ts';

/** A placeholder in the gate script for the home folder that is looked up in the container. */
const homeMark = '@home-of-the-user@';

/** The words in front of a background job that give it default signals and a clean environment. */
function cleanEnvironment({facts}: CompileInput): readonly string[] {
	const env = hostToolWords(facts, 'env') ?? ['env'];
	const signals = facts.tools.env?.flags.includes('default-signal') === true ? ['--default-signal=INT,QUIT'] : [];
	return [
		...env,
		'-i',
		...signals,
		'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
		'LC_ALL=C',
		...(hostToolWords(facts, 'setsid') ?? ['setsid']),
	];
}

/** The gate script in pieces, between which the home folder belongs that is looked up in the container, as a word of sh. */
export function gateTexts(exec: ExecAction, input: Pick<CompileInput, 'plan' | 'facts'>): readonly string[] {
	const looksUp = input.plan.steps.some(({action}) => action.kind === 'lookupUser');
	const open = looksUp && !exec.env.some(each => each.startsWith('HOME='));
	const text = gateScript(open ? {...exec, env: [...exec.env, `HOME=${homeMark}`]} : exec, input.facts);
	return text.split(homeMark);
}

function gateText(exec: ExecAction, input: CompileInput): readonly string[] {
	const pieces = gateTexts(exec, input);
	if (pieces.length === 1) return [`printf '%s' ${shellWord(pieces[0] ?? '')} >&8`];
	return ['quote "$home"', `printf '%s' ${pieces.map(shellWord).join('"$quoted"')} >&8`];
}

/**
 * Lines that keep the command's own streams, with a pipe for each that is a terminal.
 *
 * @param folder - for the FIFOs, as a word inside of double quotes
 * @param before - a command that makes it, if it is not there
 */
export function streamLines(folder: string, before = ''): readonly string[] {
	const first = before === '' ? [] : [`		${before}`];
	return [
		"# The command's own streams wait on 5, 6 and 7. A terminal among them is reached through a pipe (see above).",
		'exec 5<&0 6>&1 7>&2',
		'if [ "${1-}" != --in-terminal ]; then',
		'	# Opening a pipe for one end waits for the other.',
		'	if [ -t 0 ]; then',
		...first,
		`		mkfifo -m 600 "${folder}/stdin" || broken`,
		`		cat <&0 > "${folder}/stdin" 5<&- 6>&- 7>&- &`,
		'		input_relay=$!',
		`		exec 5< "${folder}/stdin"`,
		'	fi',
		'	if [ -t 1 ]; then',
		...first,
		`		mkfifo -m 600 "${folder}/stdout" || broken`,
		`		cat < "${folder}/stdout" 5<&- 6>&- 7>&- &`,
		'		relays=$!',
		`		exec 6> "${folder}/stdout"`,
		'	fi',
		'	if [ -t 2 ]; then',
		...first,
		`		mkfifo -m 600 "${folder}/stderr" || broken`,
		`		cat < "${folder}/stderr" >&2 5<&- 6>&- 7>&- &`,
		'		relays="$relays $!"',
		`		exec 7> "${folder}/stderr"`,
		'	fi',
		'fi',
	];
}

/**
 * Lines that open two pipes: descriptor 8 writes the gate, 9 reads what is told, on 3.
 *
 * @param folder - as for {@link streamLines}, as `before`
 */
export function pipeLines(folder: string, before = ''): readonly string[] {
	return [
		'# A here-document is a pipe, which /proc opens again for either end. A shell that puts it into a file needs a mkfifo(1).',
		"exec 8<<'END' 9<<'END'",
		'',
		'END',
		'',
		'END',
		'gate=/proc/self/fd/8 tells=/proc/self/fd/9',
		'if [ -p "$gate" ] && [ -p "$tells" ]; then',
		'	read -r _ <&8',
		'	read -r _ <&9',
		'else',
		...(before === '' ? [] : [`	${before}`]),
		`	gate=${folder}/gate tells=${folder}/status`,
		'	mkfifo -m 600 "$gate" "$tells" || broken',
		'fi',
		'exec 8<> "$gate" 9<> "$tells"',
		'exec 3> "$tells"',
		'exec 9< "$tells"',
	];
}

/**
 * The cases for `@begin` lines of the status pipe, with the beside steps that are done while the first process waits.
 */
function beginLines(held: readonly (readonly [id: string, lines: readonly string[]])[]): readonly string[] {
	if (held.length === 0) return ['	"@begin "*) at "${line#@begin }" && said=\'\' ;;'];
	const go = (at: number): string => shellWord(`\n${at === held.length - 1 ? askReady : ''}`);
	return [
		'	"@begin "*)',
		'		at "${line#@begin }" && said=\'\'',
		'		case $line in',
		...held.flatMap(([id, lines], at) => [
			`		${shellWord(`@begin ${id}`)})`,
			...lines.map(line => (line === '' ? '' : `			${line}`)),
			`			at ${shellWord(id)}`,
			`			printf '%s' ${go(at)} >&8`,
			'			;;',
		]),
		'		esac',
		'		;;',
	];
}

/**
 * Launches the first process, follows it to the gate, makes all checks, and opens the gate.
 *
 * @param beside - the lines of the beside steps, by the id of the inside step that the first process waits to begin
 */
export function gatePart(
	input: CompileInput,
	checks: readonly string[],
	start: string,
	execHeading: readonly string[],
	{id: execId, action: exec}: {readonly id: string; readonly action: ExecAction},
	beside: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
	const {plan, folder, facts} = input;
	const launch = startLines(startAction(plan), folder, {facts, prefix: cleanEnvironment(input)});
	const held = [...beside].filter(([id]) => id !== execId);
	const fixed = plan.steps.flatMap(({action}) => (action.kind === 'dropPrivileges' ? [action.ids] : []))[0] ?? null;
	return [
		...streamLines('$box'),
		'',
		'# Two pipes: on 3 the first process tells what it does, on 4 it waits at the gate. A background job of sh has neither',
		"# our stdin nor SIGINT and SIGQUIT: both are given back. A session of its own keeps the caller's terminal out of reach.",
		...(facts.tools.env?.flags.includes('default-signal') === true
			? []
			: ["# This host's env has no --default-signal: the command starts with SIGINT and SIGQUIT ignored."]),
		`at ${start}`,
		...pipeLines('$box'),
		// A step that waits for a line would read this one as its answer.
		...(held.length === 0 ? [`printf '%s' ${shellWord(askReady)} >&8`] : []),
		'(',
		...launch.map(line => `\t${line}`),
		') 5<&5 4< "$gate" 8>&- 9>&- < /dev/null >&3 2>&3 &',
		'chain=$!',
		'exec 3>&-',
		'if started_at "$chain"; then chain_started=$started; fi',
		`printf '{"process":{"pid":%s,"startTime":"%s"}}\\n' "$chain" "$chain_started" >> "$box/journal"`,
		'',
		'# It tells each step as it begins it; all that is no word of its own is what a tool said.',
		'ready=',
		'while IFS= read -r line <&9; do',
		'	case $line in',
		...beginLines(held),
		'	"@pid "*)',
		'		pid=${line#@pid }',
		'		if started_at "$pid"; then pid_started=$started; fi',
		`		printf '{"process":{"pid":%s,"startTime":"%s"}}\\n' "$pid" "$pid_started" >> "$box/journal"`,
		'		;;',
		'	"@value "*) told=$told$newline${line#@value } ;;',
		'	"@ids "*)',
		'		line=${line#@ids }',
		'		uid=${line%% *} line=${line#* }',
		'		gid=${line%% *} line=${line#* }',
		'		groups=${line%% *} home=${line#* }',
		'		;;',
		`	${gateWords.ready}) ready=1 && break ;;`,
		'	@*) ;;',
		'	*) said=${said:+$said; }$line ;;',
		'	esac',
		'done',
		'[ -n "$ready" ] || broken',
		...(beside.get(execId) ?? []),
		'',
		'# The gate: the first process waits with all that it will have. What the kernel shows of it must be what was planned.',
		'look',
		...checks,
		'',
		...execHeading,
		...recorderLines(input, fixed === null ? null : {uid: fixed.uid, gid: fixed.gid, groups: fixed.groups.join(',')}),
		"step='' command='' said='' late=''",
		'trap "late=1" INT TERM HUP',
		...gateText(exec, input),
		'refusal=none',
		'while :; do',
		...readLines,
		'	case $line in',
		`	${gateWords.exec} | ${gateWords.directory} | ${gateWords.notFound} | ${gateWords.notExecutable}*) refusal=$line && break ;;`,
		'	*) said=${said:+$said; }$line ;;',
		'	esac',
		'done',
		...refusalLines(exec),
		'exec 5<&- 6>&- 7>&- 8>&-',
	];
}

/** Lines at the head of a loop that reads a line of the first process while signals are only noted. */
export const readLines: readonly string[] = [
	'	if ! IFS= read -r line <&9; then',
	'		# A signal ends read early; the command may run already.',
	"		case $late in '' | seen) break ;; esac",
	'		late=seen',
	'		continue',
	'	fi',
];

/** Lines that end the script when the command could not be run, by `$refusal`. */
export function refusalLines(exec: ExecAction): readonly string[] {
	return [
		'case $refusal in',
		`${gateWords.exec}) ;;`,
		`${gateWords.directory}) failed 125 ${shellWord(`the working directory ${exec.cwd} cannot be entered`)} ;;`,
		`${gateWords.notFound}) failed 127 ${shellWord(`${exec.args[0] ?? ''} is not in the container`)} ;;`,
		`${gateWords.notExecutable}*) failed 126 ${shellWord(`${exec.args[0] ?? ''} cannot be executed`)} 'it is a folder, or its mode does not let this user execute it' ;;`,
		`*) failed 125 ${shellWord(`could not run ${exec.args[0] ?? ''}`)} ;;`,
		'esac',
	];
}
