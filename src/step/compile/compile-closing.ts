import {shellWord} from '../../spec/syntax/shell-words.ts';
import {cgroupMembers} from './compile-members.ts';
import type {CompileInput} from './compile-script.ts';

/** Lines that wait for the command, stop it on a signal, and exit with its status. */
export function closingPart({plan, stopSignal, stopGraceMs}: CompileInput): readonly string[] {
	const memory = cgroupMembers(plan)
		.map(member =>
			member.controller === 'memory'
				? `${member.path}/memory.oom_control`
				: member.controller === ''
					? `${member.path}/memory.events`
					: undefined,
		)
		.find(file => file !== undefined);
	const calls = plan.executor === 'calls';
	return [
		'# Stops it in its own way; after the grace period, or when asked again, at once.',
		"asked=''",
		'kill_now() {',
		'	kill_all',
		'	if alive "$pid" "$pid_started"; then kill -KILL "$pid" 2>/dev/null; fi',
		'}',
		'# The time since boot in hundredths of a second, in $now; proc_uptime(5).',
		'clock() {',
		'	read -r now _ < /proc/uptime',
		'	now=${now%.*}${now#*.}',
		'}',
		'# It ends with the container, so nobody has to end it.',
		'grace() {',
		'	clock',
		`	deadline=$((now + ${Math.ceil(stopGraceMs / 10)}))`,
		'	while alive "$pid" "$pid_started" && [ "$now" -lt "$deadline" ]; do',
		'		nap',
		'		clock',
		'	done',
		'	# One that has ended in its own way is left alone: its status is about to be told.',
		'	if alive "$pid" "$pid_started"; then kill_now; fi',
		'}',
		'stop() {',
		'	interrupted=1',
		'	if [ -n "$asked" ]; then kill_now && return; fi',
		'	asked=1',
		`	if alive "$pid" "$pid_started"; then kill -${stopSignal.replace(/^SIG/, '')} "$pid" 2>/dev/null; fi`,
		'	grace > /dev/null 2>&1 9<&- &',
		'	timer=$!',
		'}',
		'trap stop INT TERM HUP',
		'[ -z "$late" ] || stop',
		'',
		'# A signal ends wait early; 127 is that of a child that was waited for already.',
		"status=''",
		'while :; do',
		"	interrupted=''",
		'	wait "$chain" 2>/dev/null',
		'	code=$?',
		'	if [ "$code" != 127 ] || [ -z "$status" ]; then status=$code; fi',
		'	[ -n "$interrupted" ] || break',
		'done',
		...(calls ? toldLines : chainLines(memory)),
		'exit "$status"',
	];
}

/** What the process outside has told after the end of the command. */
const toldLines: readonly string[] = [
	'ended=1',
	'while IFS= read -r line <&9; do',
	'	case $line in',
	"	@oom) echo 'warning: the kernel killed it for its memory limit' >&2 ;;",
	'	@undone) undone=1 ;;',
	'	esac',
	'done',
];

/** @param memory - the file in which the kernel counts the processes that it killed for their memory */
function chainLines(memory: string | undefined): readonly string[] {
	return [
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
	];
}
