import type {HostFacts} from '../../host/facts.ts';
import {commandWords, type ExecAction, preservedFrom} from '../verbs/exec.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {toolboxWords} from '../verbs/toolbox.ts';

/** Names that a shell exports unchanged: it gives them no meaning and adds nothing to them. */
const exportable =
	/^(?!PWD$|OLDPWD$|PPID$|UID$|EUID$|SHLVL$|_$|LINENO$|OPTIND$|OPTARG$|IFS$|ENV$|BASH|PS\d$|FUNCNAME$|RANDOM$|SECONDS$)[A-Za-z_][A-Za-z0-9_]*$/;

/** What the gate's shell reports: it is ready, the command cannot run, or it becomes the command now. */
export const gateWords = {
	ready: '@ready',
	directory: '@directory',
	notFound: '@notfound',
	notExecutable: '@notexecutable',
	unrunnable: '@unrunnable',
	/** A hook of an engine has failed. */
	hook: '@hook',
	exec: '@exec',
} as const;

/**
 * The line that asks the waiting shell whether it is ready. If its input ends after this line, the shell exits with the
 * status of `unheard`: a command that never ran must not look successful.
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

// Restores the descriptors of the caller, and closes the status pipe and the gate, right before the command.
const handOver = 'exec 0<&5 1>&6 2>&7 3>&- 4>&- 5<&- 6>&- 7>&- 8<&-';

/**
 * Goes to the working directory, which must be below the root: /proc/self/fd/N could lead out (CVE-2024-21626). The root itself always is, and a
 * filter may forbid getcwd(2).
 */
function changeDirectory(cwd: string): readonly string[] {
	if (cwd === '/') return ['cd /'];
	const refuse = `{ echo ${gateWords.directory} >&3; exit 125; }`;
	return [`cd -P ${shellWord(cwd)} || ${refuse}`, `case $PWD in /*) ;; *) ${refuse} ;; esac`];
}

/**
 * The last script of the container side: one compound command, which a shell reads completely before it runs any part.
 * It changes to the working directory, looks up the command in the container, and becomes the command. The environment
 * of the container exists only here, so no tool of the host ever runs with it (CVE-2025-23266).
 *
 * @param unrunnable - paths that the lookup may find and that the kernel would refuse; finding one ends the start
 */
export function gateScript(exec: ExecAction, facts: HostFacts, unrunnable: readonly string[] = []): string {
	const pairs = exec.env.map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
	const shell = facts.tools.sh?.path.split('/').at(-1);
	const {preserved = 0} = exec;
	const plainShell = preserved > 0 ? false : exec.ownShell === true || shell === 'dash' || shell === 'busybox';
	const path = pairs.find(([name]) => name === 'PATH')?.[1] ?? '';
	const words = commandWords(exec);
	const enter = [
		...(exec.umask === undefined ? [] : [`umask ${exec.umask.toString(8).padStart(4, '0')}`]),
		...changeDirectory(exec.cwd),
	];
	const command = exec.args[0] ?? '';
	const exports = pairs.map(([name, value]) => `export ${name}=${shellWord(value)}`);
	// A subshell looks the command up, so that nothing of the lookup stays in the shell.
	const lookedUp = [
		`( ${enter.join('; ')}; PATH=${shellWord(path)}`,
		...lookup(command, unrunnable),
		') || exit $?',
		`echo ${gateWords.exec} >&3`,
		handOver,
	];
	const lines: string[] = [...hookLines(exec, facts)];
	if (exec.init === 'sh') {
		lines.push(...lookedUp, ...reaper(environmentWords(exec, facts)));
	} else if (plainShell && pairs.every(([name]) => exportable.test(name)) && !command.startsWith('-')) {
		lines.push(
			...enter,
			`PATH=${shellWord(path)}`,
			...lookup(command, unrunnable),
			// script(1), which makes the terminal, sets SHELL.
			'unset PWD OLDPWD LC_ALL SHELL found seen folder file',
			...exports,
			`echo ${gateWords.exec} >&3`,
			handOver,
			`exec ${shellCommand(words)}`,
		);
	} else {
		// The env(1) of the toolbox sets names that no shell can export. It starts with an empty environment itself.
		lines.push(
			...lookedUp,
			`exec ${shellCommand([...preservingWords(preserved, facts), ...environmentWords({...exec, args: words}, facts)])}`,
		);
	}
	return `{\n${lines.join('\n')}\n}\n`;
}

// Perl can tell a program another name than its path, and has an environment of its own making. The signal of alarm(2) stays over an exec.
const hookProgram =
	'alarm shift;%e=();while(defined($_=shift)&&$_ ne"--"){$e{$1}=$2 if/^([^=]+)=(.*)$/s}%ENV=%e;chdir"/";$p=shift;exec{$p}@ARGV;print STDERR"$p: $!\\n";exit 127';

// A shell has no words for descriptors of two digits. Each copy gets the lowest number that is free, from 3 on.
const preserve = `$^F=1e6;$n=shift;for(0..$n-1){$f=${preservedFrom}+$_;open$k[$_],"<&$f"or die"$f: $!\\n";open X,"<&=$f";close X}exec{$ARGV[0]}@ARGV;die"$ARGV[0]: $!\\n"`;

/** The command line that moves the caller's descriptors to where the command has them. */
function preservingWords(count: number, facts: HostFacts): readonly string[] {
	return count === 0 ? [] : [...(toolboxWords(facts, 'perl') ?? ['perl']), '-e', preserve, String(count)];
}

/** Runs the hooks of an engine with the state on their standard input, in the container: config.md of the runtime-spec, "startContainer". */
function hookLines(
	{hooks = [], hookState: [before, after] = ['', '']}: ExecAction,
	facts: HostFacts,
): readonly string[] {
	// A hook has no descriptor but its streams.
	return hooks.map(({path, args = [], env = [], timeout = 0}, at) => {
		const words = [
			...(toolboxWords(facts, 'perl') ?? ['perl']),
			'-e',
			hookProgram,
			'--',
			String(timeout),
			...env,
			'--',
			path,
		];
		const command = shellCommand([...words, ...(args.length === 0 ? [path] : args)]);
		return `printf %s%s%s ${shellWord(before)} $$ ${shellWord(after)} | ${command} >&6 2>&7 3>&- 4>&- 5<&- 6>&- 7>&- 8<&- || { echo ${gateWords.hook} ${at} $? ${shellWord(path)} >&3; exit 125; }`;
	});
}

/** The command line through the env(1) of the toolbox, which starts with an empty environment. */
function environmentWords(exec: ExecAction, facts: HostFacts): readonly string[] {
	// A background command of a shell ignores SIGINT and SIGQUIT. Only a program such as env(1) can undo that.
	const signals =
		exec.init === 'sh' && facts.tools.env?.flags.includes('default-signal') === true
			? ['--default-signal=INT,QUIT']
			: [];
	const env = exec.ownShell === true ? undefined : toolboxWords(facts, 'env');
	return [...(env ?? ['env']), '-i', ...signals, '-C', exec.cwd, ...exec.env, ...exec.args];
}

/** The shell stays as process 1. It passes signals on, reaps orphans, and exits with the status of the command. */
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
