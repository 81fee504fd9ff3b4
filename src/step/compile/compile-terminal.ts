import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {startAction} from '../script/launch-script.ts';
import {hostToolWords} from '../verbs/toolbox.ts';
import {cgroupMembers} from './compile-members.ts';
import type {CompileInput} from './compile-script.ts';

/**
 * Lines that let the kernel begin a wait early. If no process was moved lately, a move in the unified hierarchy takes
 * an RCU grace period: percpu_down_write(&cgroup_threadgroup_rwsem) in kernel/cgroup/cgroup.c.
 */
function earlyMove({plan}: CompileInput): readonly string[] {
	const unified = cgroupMembers(plan).find(member => member.controller === '');
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

/**
 * The caller's terminal is never handed in: a process that holds it could type into the caller's shell (TIOCSTI,
 * CVE-2017-5226).
 */
export function terminalPart(input: CompileInput): readonly string[] {
	const {facts} = input;
	const script = shellCommand(hostToolWords(facts, 'script') ?? ['script']);
	const sh = shellCommand(hostToolWords(facts, 'sh') ?? ['sh']);
	const echo = facts.tools.script?.flags.includes('echo') === true ? ' --echo always' : '';
	const wanted = startAction(input.plan).tty ? '' : ' && [ -t 0 ] && [ -t 1 ]';
	return [
		"# The caller's terminal is never handed in: who holds it could type into the caller's shell (CVE-2017-5226).",
		'# script(1) runs this script again on a terminal of its own.',
		`if [ "\${1-}" != --in-terminal ]${wanted}; then`,
		'	BOX_SCRIPT=$0',
		'	case $0 in */*) ;; *) BOX_SCRIPT=./$0 ;; esac',
		`	SHELL=/bin/sh`,
		'	export BOX_SCRIPT SHELL',
		`	exec ${script} --quiet --return --flush${echo} --command 'exec ${sh} "$BOX_SCRIPT" --in-terminal' /dev/null`,
		'fi',
		'unset BOX_SCRIPT',
		...(input.plan.executor === 'calls' ? [] : earlyMove(input)),
	];
}
