import {namespaceFiles} from '../host/probe/namespaces.ts';
import {type NamespaceKind, namespaceKinds} from '../spec/project.ts';
import type {ExecAction} from './action.ts';
import {killFunction, undoLines} from './compile-actions.ts';
import type {CompileInput} from './compile-script.ts';
import {comment} from './compile-text.ts';
import {askReady, gateScript, gateWords} from './gate-script.ts';
import {launchLines, startAction} from './launch-script.ts';
import {shellCommand, shellWord} from './shell-word.ts';
import {hostToolWords} from './toolbox.ts';

/** Stands in the gate's script for the home folder that is looked up in the container. */
const homeMark = '@home-of-the-user@';

/** The programs that the container is started with, by the paths they had when the script was made. */
function programs({plan, facts}: CompileInput): readonly string[] {
	const start = startAction(plan);
	const named = plan.steps.flatMap(({action}) => (action.kind === 'run' ? [action.tool] : []));
	const tools = [
		'sh',
		'env',
		'setsid',
		...(start.unshare.length > 0 ? ['unshare' as const] : []),
		'mount',
		'umount',
		'setpriv',
		...(plan.steps.some(({action}) => action.kind === 'pivotRoot') ? ['pivot_root' as const] : []),
		...(plan.steps.some(({action}) => action.kind === 'chroot') ? ['chroot' as const] : []),
		...named,
	] as const;
	const paths = tools.flatMap(name => {
		const tool = facts.tools[name];
		return tool === null ? [] : [tool.path, ...(tool.loader === null ? [] : [tool.loader])];
	});
	return [...new Set(paths)];
}

/** The header, the caller's side put in order, and a look whether this is the host that the script was made for. */
export function headPart(input: CompileInput): readonly string[] {
	const {plan, facts} = input;
	const {cgroup} = facts;
	return [
		'#!/bin/sh',
		...comment(
			`The container ${plan.name} of ${plan.spec}, as a script that needs nothing but sh and the host's own tools.`,
		),
		...comment(
			`Made by \`tsbox compile\` for ${facts.os}, Linux ${facts.kernel.release}, cgroups ${cgroup.layout}. Run it as root.`,
		),
		'#',
		...comment(
			'It ends as the command ends; 125 when the container could not be made, 126 and 127 when its command could not be run. INT, TERM and HUP stop the container; a second one kills it. Whatever it made it takes back.',
		),
		...plan.warnings.flatMap(each => comment(`Warning: ${each}`)),
		'# shellcheck disable=SC2317,SC2034 # functions called by traps; a function sets what another one reads',
		'',
		'# Nothing of the caller steers what root runs from here on.',
		'unset LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LIBMOUNT_FSTAB LIBMOUNT_MTAB POSIXLY_CORRECT CDPATH',
		'PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C',
		'export PATH LC_ALL',
		'umask 022',
		'',
		`box=${shellWord(input.folder)} # the folder of this container while it runs`,
		"newline='\n' blanks=' \t\n'",
		'IFS=$blanks',
		"step='' command='' said='' not_clean=''",
		"chain='' chain_started='' pid='' pid_started='' told='' timer='' recorder='' relays='' uid='' gid='' groups='' home='' input_relay=''",
	];
}

function refusals(input: CompileInput): readonly string[] {
	const sh = shellCommand(hostToolWords(input.facts, 'sh') ?? ['sh']);
	return [
		'# Is this root, and the host that the script was made for?',
		'while read -r field me _; do [ "$field" != Uid: ] || break; done < /proc/self/status',
		`[ "$me" = 0 ] || failed 125 'only root can start a container' 'mounts, cgroups and most namespaces need it' 'run it with sudo'`,
		`for program in ${shellCommand(programs(input))}; do`,
		`	[ -x "$program" ] || failed 125 "this host has no $program" 'the script was made for another host' 'make it anew here: tsbox compile'`,
		'done',
		'',
		'# A descriptor that the caller left open would be a way out of the container (CVE-2024-21626).',
		'for each in 0 1 2; do',
		`	[ ! -d "/proc/self/fd/$each" ] || failed 2 "descriptor $each is a folder" 'the container could reach the host through it' 'redirect it from a file or a pipe'`,
		'done',
		'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-',
		"leaked=''",
		'for each in /proc/self/fd/[1-9][0-9]*; do',
		'	{ read -r _; read -r _ flags; } 2>/dev/null < "/proc/self/fdinfo/${each##*/}" || continue',
		'	# Octal 2000000 is close-on-exec: a descriptor of this shell itself.',
		'	[ $((flags & 02000000)) != 0 ] || leaked="$leaked ${each##*/}"',
		'done',
		'if [ -n "$leaked" ]; then',
		'	# Of the shells only bash can close a descriptor of two digits.',
		`	if [ ! -x /bin/bash ] || [ ! -f "$0" ] || [ -n "\${BOX_CLOSED-}" ]; then`,
		`		failed 125 "descriptor$leaked is open" 'the container would get it' 'close it for this script'`,
		'	fi',
		'	export BOX_CLOSED=1',
		'	# shellcheck disable=SC2016,SC2086 # it is expanded by bash; words are meant',
		`	exec /bin/bash -c 'for fd in $1; do eval "exec $fd>&-"; done; shift; exec ${sh} "$@"' sh "$leaked" "$0" "$@"`,
		'fi',
		'unset BOX_CLOSED',
		'set -f',
		'[ -e /proc/self/fd/0 ] || exec 0< /dev/null',
		'[ -e /proc/self/fd/1 ] || exec 1> /dev/null',
		'[ -e /proc/self/fd/2 ] || exec 2> /dev/null',
	];
}

/**
 * The lines that let the kernel begin a wait early: moving a process in the unified hierarchy takes an RCU grace period
 * when nobody has moved one lately, percpu_down_write(&cgroup_threadgroup_rwsem) in kernel/cgroup/cgroup.c.
 */
function earlyMove({plan}: CompileInput): readonly string[] {
	const unified = plan.steps
		.flatMap(step => step.checks.flatMap(check => (check.kind === 'cgroups' ? check.members : [])))
		.find(member => member.controller === '');
	if (unified === undefined) return [];
	const mount = unified.path.slice(0, -unified.cgroup.length);
	return [
		'',
		'# Moving a process between cgroups waits 4 to 15 ms when nobody did it lately. A move to where we are, made beside the',
		'# next steps, has that wait over before the container joins its cgroup.',
		'while IFS=: read -r _ controllers own; do [ -n "$controllers" ] || break; done < /proc/self/cgroup',
		`( echo 0 > ${shellWord(mount)}"$own/cgroup.procs" ) 2>/dev/null &`,
	];
}

/** A terminal of the caller is never handed in: who holds it could type into the caller's shell (TIOCSTI, CVE-2017-5226). */
export function terminalPart(input: CompileInput): readonly string[] {
	const {facts} = input;
	const script = shellCommand(hostToolWords(facts, 'script') ?? ['script']);
	const sh = shellCommand(hostToolWords(facts, 'sh') ?? ['sh']);
	const echo = facts.tools.script?.flags.includes('echo') === true ? ' --echo always' : '';
	const wanted = startAction(input.plan).tty ? '' : ' && [ -t 0 ] && [ -t 1 ]';
	return [
		...refusals(input),
		'',
		"# The caller's terminal is never handed in: who holds it could type into the caller's shell (CVE-2017-5226).",
		'# script(1) runs this script again on a terminal of its own.',
		`if [ "\${1-}" != --in-terminal ]${wanted}; then`,
		'	BOX_SCRIPT=$0',
		'	case $0 in */*) ;; *) BOX_SCRIPT=./$0 ;; esac',
		`	SHELL=/bin/sh`,
		'	export BOX_SCRIPT SHELL',
		'	# shellcheck disable=SC2016 # it is expanded by the shell that script starts',
		`	exec ${script} --quiet --return --flush${echo} --command 'exec ${sh} "$BOX_SCRIPT" --in-terminal' /dev/null`,
		'fi',
		'unset BOX_SCRIPT',
		...earlyMove(input),
	];
}

/** The name is taken, and what a script of that name left when it was killed is taken back first. */
export function claimPart(input: CompileInput): readonly string[] {
	const {plan, folder} = input;
	const parent = folder.slice(0, folder.lastIndexOf('/'));
	const undone = plan.steps
		.map((step, at) => ({step, number: at + 1}))
		.filter(({step}) => step.undo.kind !== 'none')
		.toReversed();
	const undoing = undone.flatMap(({step, number}) =>
		step.undo.kind === 'none' ? [] : undoLines(step.undo).map(line => ({line, number})),
	);
	const kill = plan.steps.flatMap(step => (step.undo.kind === 'stop' ? [step.undo.kill] : []))[0] ?? {kind: 'none'};
	const journal = plan.steps.flatMap(step =>
		step.undo.kind === 'none' ? [] : [JSON.stringify({id: step.id, undo: step.undo})],
	);
	const record = JSON.stringify(input.record).slice(0, -1);
	const lines = undoing
		.filter(({line}, at) => undoing.findIndex(each => each.line === line) === at)
		.map(({line, number}) => ({line, note: `step ${number}`}));
	const last = lines.at(-1);
	// One rm(1) less.
	if (last?.line.startsWith('remove_trees ') === true)
		lines.splice(-1, 1, {line: `${last.line} "$box"`, note: `${last.note} and the claim`});
	else lines.push({line: 'remove_trees "$box"', note: 'the claim'});
	return [
		killFunction(kill),
		'',
		'# Takes back all steps, last first. Each may be done twice, or for a step that was never done.',
		'undo_all() {',
		...lines.map(({line, note}) => `\t${line} # ${note}`),
		'}',
		'',
		'# Writes down who owns the container and what it is, for `tsbox ps` and `tsbox gc`.',
		'write_record() { # FILE TIME PROCESS',
		'	# shellcheck disable=SC2016 # it is JSON',
		`	printf '%s,"owner":{"pid":%s,"startTime":"%s"},"bootId":"%s","created":%s,"process":%s}\\n' ${shellWord(record)} \\`,
		'		"$$" "$own_start" "$boot" "$2" "$3" > "$1"',
		'}',
		'',
		'# Takes the name: a whole folder is renamed to it, which the kernel lets one of several do.',
		'take_name() {',
		'	run mkdir "$new"',
		'	write_record "$new/record.json" 0 null || broken',
		'	# What takes each step back, for `tsbox gc`, should this script be killed.',
		`	printf '%s\\n' ${journal.map(shellWord).join(' \\\n\t\t')} > "$new/journal" || broken`,
		'	run mkfifo "$new/status" "$new/gate"',
		'	mv -T "$new" "$box" 2>/dev/null',
		'}',
		'',
		'# What a killed owner left under the name is taken back; a living one keeps it.',
		'take_over() {',
		'	record=',
		'	{ IFS= read -r record < "$box/record.json"; } 2>/dev/null',
		`	rest=\${record#*\\"owner\\":\\{\\"pid\\":}`,
		`	owner_start=\${rest#*\\"startTime\\":\\"}`,
		'	if alive "${rest%%,*}" "${owner_start%%\\"*}"; then',
		'		rm -rf "$new"',
		`		failed 125 ${shellWord(`a container named ${plan.name} is running`)} '' ${shellWord(`stop it first: kill -TERM its owner, or tsbox down ${plan.name}`)}`,
		'	fi',
		'	while IFS= read -r line; do',
		'		case $line in',
		`		'{"process":'*)`,
		`			rest=\${line#*\\"pid\\":}`,
		`			process_start=\${rest#*\\"startTime\\":\\"}`,
		'			if alive "${rest%%,*}" "${process_start%%\\"*}"; then kill -KILL "${rest%%,*}"; fi',
		'			;;',
		'		esac',
		'	done < "$box/journal"',
		'	undo_all',
		'	mv -T "$new" "$box" || broken',
		'}',
		'',
		'# The name: only one container can have it.',
		`step='claim the name'`,
		'umask 077',
		`new=${shellWord(`${parent}/.new-`)}$$-${plan.name}`,
		`[ -d ${shellWord(parent)} ] || run mkdir -p ${shellWord(parent)}`,
		'started_at $$',
		'own_start=$started',
		'read -r boot < /proc/sys/kernel/random/boot_id',
		`trap 'rm -rf "$new"' EXIT`,
		`trap 'failed 130 "the start was interrupted"' INT TERM HUP`,
		'trap : PIPE # a message that nobody reads must not end this script before it has cleaned up',
		'take_name || take_over',
		'umask 022',
		'',
		'# From here on everything is taken back, however this script ends.',
		'clean_up() {',
		'	status=$?',
		`	trap '' INT TERM HUP`,
		'	[ -z "$timer" ] || kill "$timer" 2>/dev/null',
		'	exec 8>&- 9<&-',
		'	[ -z "$recorder" ] || { kill "$recorder" && wait "$recorder"; } 2>/dev/null',
		'	stop_all',
		'	exec 5<&- 6>&- 7>&-',
		'	for each in $relays; do wait "$each"; done',
		'	[ -z "$input_relay" ] || kill "$input_relay" 2>/dev/null',
		'	undo_all',
		'	[ -z "$not_clean" ] || status=125',
		'	exit "$status"',
		'}',
		'trap clean_up EXIT',
	];
}

/** The command that a shell's background job is run through, so that it has signals and environment like any other. */
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

function gateText(exec: ExecAction, input: CompileInput): readonly string[] {
	const looksUp = input.plan.steps.some(({action}) => action.kind === 'lookupUser');
	const open = looksUp && !exec.env.some(each => each.startsWith('HOME='));
	const text = gateScript(open ? {...exec, env: [...exec.env, `HOME=${homeMark}`]} : exec, input.facts);
	if (!open) return ["printf '%s' " + shellWord(text) + ' >&8'];
	const pieces = text.split(homeMark);
	return ['quote "$home"', `printf '%s' ${pieces.map(shellWord).join('"$quoted"')} >&8`];
}

/** Launches the first process, follows it to the gate, checks everything and opens the gate. */
export function gatePart(
	input: CompileInput,
	checks: readonly string[],
	start: string,
	execHeading: readonly string[],
	exec: ExecAction,
): readonly string[] {
	const {plan, folder, facts} = input;
	const launch = launchLines(plan, folder, facts, cleanEnvironment(input));
	const fixed = plan.steps.flatMap(({action}) => (action.kind === 'dropPrivileges' ? [action.ids] : []))[0] ?? null;
	return [
		"# The command's own streams wait on 5, 6 and 7. A terminal among them is reached through a pipe (see above).",
		'exec 5<&0 6>&1 7>&2',
		'if [ "${1-}" != --in-terminal ]; then',
		'	# Opening a pipe for one end waits for the other.',
		'	if [ -t 0 ]; then',
		'		mkfifo -m 600 "$box/stdin" || broken',
		'		cat <&0 > "$box/stdin" 5<&- 6>&- 7>&- &',
		'		input_relay=$!',
		'		exec 5< "$box/stdin"',
		'	fi',
		'	if [ -t 1 ]; then',
		'		mkfifo -m 600 "$box/stdout" || broken',
		'		cat < "$box/stdout" 5<&- 6>&- 7>&- &',
		'		relays=$!',
		'		exec 6> "$box/stdout"',
		'	fi',
		'	if [ -t 2 ]; then',
		'		mkfifo -m 600 "$box/stderr" || broken',
		'		cat < "$box/stderr" >&2 5<&- 6>&- 7>&- &',
		'		relays="$relays $!"',
		'		exec 7> "$box/stderr"',
		'	fi',
		'fi',
		'',
		'# Two pipes: on 3 the first process tells what it does, on 4 it waits at the gate. A background job of sh has neither',
		"# our stdin nor SIGINT and SIGQUIT: both are given back. A session of its own keeps the caller's terminal out of reach.",
		...(facts.tools.env?.flags.includes('default-signal') === true
			? []
			: ["# This host's env has no --default-signal: the command starts with SIGINT and SIGQUIT ignored."]),
		`at ${start}`,
		'exec 8<> "$box/gate"',
		`printf '%s' ${shellWord(askReady)} >&8`,
		'(',
		...launch.map(line => `\t${line}`),
		') 5<&5 3> "$box/status" 4< "$box/gate" 8>&- 9>&- < /dev/null >&3 2>&3 &',
		'chain=$!',
		'exec 9< "$box/status"',
		'if started_at "$chain"; then chain_started=$started; fi',
		`printf '{"process":{"pid":%s,"startTime":"%s"}}\\n' "$chain" "$chain_started" >> "$box/journal"`,
		'',
		'# It tells each step as it begins it; all that is no word of its own is what a tool said.',
		'ready=',
		'while IFS= read -r line <&9; do',
		'	case $line in',
		'	"@begin "*) at "${line#@begin }" && said=\'\' ;;',
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
		'',
		'# The gate: the first process waits with all that it will have. What the kernel shows of it must be what was planned.',
		'look',
		...checks,
		'',
		...execHeading,
		...recorderLines(input, fixed === null ? null : {uid: fixed.uid, gid: fixed.gid, groups: fixed.groups.join(',')}),
		"step='' command='' said=''",
		'# shellcheck disable=SC2016 # it is expanded by the one who reads the gate',
		...gateText(exec, input),
		'refusal=none',
		'while IFS= read -r line <&9; do',
		'	case $line in',
		`	${gateWords.exec} | ${gateWords.directory} | ${gateWords.notFound} | ${gateWords.notExecutable}*) refusal=$line && break ;;`,
		'	*) said=${said:+$said; }$line ;;',
		'	esac',
		'done',
		'case $refusal in',
		`${gateWords.exec}) ;;`,
		`${gateWords.directory}) failed 125 ${shellWord(`the working directory ${exec.cwd} can't be entered`)} ;;`,
		`${gateWords.notFound}) failed 127 ${shellWord(`${exec.args[0] ?? ''} is not in the container`)} ;;`,
		`${gateWords.notExecutable}*) failed 126 ${shellWord(`${exec.args[0] ?? ''} can't be executed`)} 'it is a folder, or its mode does not let this user execute it' ;;`,
		`*) failed 125 ${shellWord(`could not run ${exec.args[0] ?? ''}`)} ;;`,
		'esac',
		'exec 5<&- 6>&- 7>&- 8>&-',
	];
}

/** The record with the first process in it, made beside the running command: it costs three processes. */
function recorderLines(
	{facts}: CompileInput,
	ids: {readonly uid: number; readonly gid: number; readonly groups: string} | null,
): readonly string[] {
	const kinds: readonly NamespaceKind[] = namespaceKinds.filter(kind => facts.namespaces.includes(kind));
	return [
		...(ids === null ? [] : [`uid=${ids.uid} gid=${ids.gid} groups=${ids.groups}`]),
		'{',
		`	links=$(readlink ${kinds.map(kind => `"/proc/$pid/ns/${namespaceFiles[kind]}"`).join(' ')}) && now=$(date +%s)000 || exit`,
		'	# shellcheck disable=SC2086 # words are meant',
		'	set -- $links',
		`	if [ $# = ${kinds.length} ]; then`,
		`		namespaces=''`,
		...kinds.map((kind, at) => `		namespaces=$namespaces${at === 0 ? '' : ','}'"${kind}":"'\${${at + 1}}'"'`),
		'		write_record "$box/record.json.new" "$now" "{\\"pid\\":$pid,\\"startTime\\":\\"$pid_started\\",\\"started\\":$now,\\"namespaceIds\\":{$namespaces},\\"ids\\":{\\"uid\\":$uid,\\"gid\\":$gid,\\"groups\\":[$groups]}}" &&',
		'			mv "$box/record.json.new" "$box/record.json"',
		'	fi',
		'} 5<&- 6>&- 7>&- 8>&- 9<&- 2>/dev/null &',
		'recorder=$!',
	];
}

/** Waits for the command, passing signals on, and gives its exit status. */
export function closingPart({plan, stopSignal, stopGraceMs}: CompileInput): readonly string[] {
	const memory = plan.steps
		.flatMap(step => step.checks.flatMap(check => (check.kind === 'cgroups' ? check.members : [])))
		.map(member =>
			member.controller === 'memory'
				? `${member.path}/memory.oom_control`
				: member.controller === ''
					? `${member.path}/memory.events`
					: undefined,
		)
		.find(file => file !== undefined);
	return [
		'# Stops it in its own way; after the grace period, or when asked again, at once.',
		"asked=''",
		'kill_now() {',
		'	kill_all',
		'	if alive "$pid" "$pid_started"; then kill -KILL "$pid"; fi',
		'}',
		'grace() {',
		`	trap 'kill "$!" 2>/dev/null; exit' TERM`,
		`	sleep ${stopGraceMs / 1000} &`,
		'	wait "$!"',
		'	kill_now',
		'}',
		'stop() {',
		'	if [ -n "$asked" ]; then kill_now && return; fi',
		'	asked=1',
		`	if alive "$pid" "$pid_started"; then kill -${stopSignal.replace(/^SIG/, '')} "$pid"; fi`,
		'	grace 9<&- &',
		'	timer=$!',
		'}',
		'trap stop INT TERM HUP',
		'',
		'# A signal ends wait(1) early: it has ended only when it is no child any more.',
		'while :; do',
		'	wait "$chain" 2>/dev/null',
		'	status=$?',
		'	kill -0 "$chain" 2>/dev/null || break',
		'done',
		'if [ "$status" = 1 ]; then',
		'	# unshare(1) that finds its child killed can end with 1 and these words.',
		"	while IFS= read -r line <&9; do case $line in *'sigprocmask unblock failed'*) status=137 ;; esac; done",
		'fi',
		...(memory === undefined
			? []
			: [
					`if [ "$status" = 137 ] && [ -r ${shellWord(memory)} ]; then`,
					'	while read -r name count _; do',
					'		case $name in oom_kill) [ "$count" = 0 ] || echo \'warning: the kernel killed it for its memory limit\' >&2 ;; esac',
					`	done < ${shellWord(memory)}`,
					'fi',
				]),
		'exit "$status"',
	];
}
