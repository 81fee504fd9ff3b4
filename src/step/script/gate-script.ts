import type {HostFacts} from '../../host/facts.ts';
import {commandWords, type ExecAction} from '../verbs/exec.ts';
import {shellCommand, shellWord} from '../verbs/shell-word.ts';
import {toolboxWords} from '../verbs/toolbox.ts';

/** Names that a shell can export without giving them a meaning or an addition of its own. */
const exportable =
	/^(?!PWD$|OLDPWD$|PPID$|UID$|EUID$|SHLVL$|_$|LINENO$|OPTIND$|OPTARG$|IFS$|ENV$|BASH|PS\d$|FUNCNAME$|RANDOM$|SECONDS$)[A-Za-z_][A-Za-z0-9_]*$/;

/** What the gate's shell says when it is up, when the command cannot be run, and right before it becomes the command. */
export const gateWords = {
	ready: '@ready',
	directory: '@directory',
	notFound: '@notfound',
	notExecutable: '@notexecutable',
	unrunnable: '@unrunnable',
	exec: '@exec',
} as const;

/**
 * The line that asks the waiting shell whether it is there. A shell whose input ends without another word ends as its last
 * command did: a command that never ran must not look like one that ended well.
 */
export const askReady = `unheard() { return 125; }; echo ${gateWords.ready} >&3; unheard\n`;

function lookup(command: string, unrunnable: readonly string[]): readonly string[] {
	const word = shellWord(command);
	const refuse = (name: string): readonly string[] =>
		unrunnable.map(
			(file, at) => `[ "${name}" != ${shellWord(file)} ] || { echo ${gateWords.unrunnable} ${at} >&3; exit 126; }`,
		);
	if (command.includes('/')) {
		return [
			`if [ ! -e ${word} ]; then echo ${gateWords.notFound} >&3; exit 127; fi`,
			`if [ -d ${word} ] || [ ! -x ${word} ]; then echo ${gateWords.notExecutable} >&3; exit 126; fi`,
			...(unrunnable.length === 0 ? [] : [`found=${word}`, ...refuse('$found')]),
		];
	}
	return [
		'found= seen= IFS=:; set -f',
		`for folder in $PATH; do file=\${folder:-.}/${word}; if [ -f "$file" ]; then seen=$file; if [ -x "$file" ]; then found=$file; break; fi; fi; done`,
		'unset IFS; set +f',
		`if [ -z "$found" ]; then if [ -n "$seen" ]; then echo "${gateWords.notExecutable} $seen" >&3; exit 126; else echo ${gateWords.notFound} >&3; exit 127; fi; fi`,
		...refuse('$found'),
	];
}

// The caller's descriptors come back just before the command; the status pipe and the gate are closed.
const handOver = 'exec 0<&5 1>&6 2>&7 3>&- 4>&- 5<&- 6>&- 7>&- 8<&-';

/**
 * The last words of the container side: one compound command, which a shell reads whole before it runs any of it. It
 * changes into the working directory, looks the command up in the container, and becomes it. The container's environment
 * exists here alone: no tool of the host ever runs with it (CVE-2025-23266).
 *
 * @param unrunnable - paths that the lookup may find and that the kernel would refuse: finding one ends the start
 */
export function gateScript(exec: ExecAction, facts: HostFacts, unrunnable: readonly string[] = []): string {
	const pairs = exec.env.map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
	const shell = facts.tools.sh?.path.split('/').at(-1);
	const plainShell = shell === 'dash' || shell === 'busybox';
	const path = pairs.find(([name]) => name === 'PATH')?.[1] ?? '';
	const words = commandWords(exec);
	const enter = [
		`cd -P ${shellWord(exec.cwd)} || { echo ${gateWords.directory} >&3; exit 125; }`,
		`case $PWD in /*) ;; *) echo ${gateWords.directory} >&3; exit 125 ;; esac`,
	];
	const command = exec.args[0] ?? '';
	const exports = pairs.map(([name, value]) => `export ${name}=${shellWord(value)}`);
	const lines: string[] = [];
	if (exec.init === 'sh') {
		lines.push(
			`( ${enter.join('; ')}; PATH=${shellWord(path)}`,
			...lookup(command, unrunnable),
			') || exit $?',
			`echo ${gateWords.exec} >&3`,
			handOver,
			...reaper(environmentWords(exec, facts)),
		);
	} else if (plainShell && pairs.every(([name]) => exportable.test(name)) && !command.startsWith('-')) {
		lines.push(
			...enter,
			`PATH=${shellWord(path)}`,
			...lookup(command, unrunnable),
			// SHELL is script(1)'s, which made the terminal.
			'unset PWD OLDPWD LC_ALL SHELL found seen folder file',
			...exports,
			`echo ${gateWords.exec} >&3`,
			handOver,
			`exec ${shellCommand(words)}`,
		);
	} else {
		// env(1) of the toolbox takes names that no shell can export. It is run with no environment itself.
		lines.push(
			`( ${enter.join('; ')}; PATH=${shellWord(path)}`,
			...lookup(command, unrunnable),
			') || exit $?',
			`echo ${gateWords.exec} >&3`,
			handOver,
			`exec ${shellCommand(environmentWords({...exec, args: words}, facts))}`,
		);
	}
	return `{\n${lines.join('\n')}\n}\n`;
}

/** The command through the toolbox's env(1), which starts from nothing. */
function environmentWords(exec: ExecAction, facts: HostFacts): readonly string[] {
	// A shell's background command ignores SIGINT and SIGQUIT, and only a program can undo that.
	const signals =
		exec.init === 'sh' && facts.tools.env?.flags.includes('default-signal') === true
			? ['--default-signal=INT,QUIT']
			: [];
	return [...(toolboxWords(facts, 'env') ?? ['env']), '-i', ...signals, '-C', exec.cwd, ...exec.env, ...exec.args];
}

/** The shell stays as process 1: it passes signals on, reaps what is left to it, and ends as the command ended. */
function reaper(words: readonly string[]): readonly string[] {
	const signals = ['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'TERM'];
	return [
		...signals.map(signal => `trap 'kill -${signal} "$child" 2>/dev/null' ${signal}`),
		`${shellCommand(words)} <&0 &`,
		'child=$!',
		'cd /',
		'while :; do wait "$child"; status=$?; kill -0 "$child" 2>/dev/null || exit "$status"; done',
	];
}
