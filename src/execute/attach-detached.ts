import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host, RunningProgram} from '../host/host.ts';
import {closeDescriptor, openAppend, openFifoBoth} from '../host/programs/stdio.ts';
import {shellCommand} from '../step/verbs/shell-word.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';
import type {Attachment} from './attach.ts';
import {makeFifos} from './fifos.ts';
import {type GateForm, pipeGate} from './gate.ts';

/** Where the streams of a container lead that nobody is attached to. */
export interface DetachedStreams {
	/** The folder of `stdout` and `stderr`. */
	readonly logs: string;
	/** The container's state folder, where `stdin` and `exit` are. */
	readonly conf: string;
	readonly tty: boolean;
	/** Keep its standard input open; without, it is /dev/null. */
	readonly stdin: boolean;
}

/**
 * The shell that stays: it waits for the container, whoever has started it, and writes down how it ended. Only a parent
 * learns that from the kernel. It is outside of the container's cgroup.
 *
 * The container gets FIFOs and not the files: a program that opens /dev/stdout opens what its descriptor 1 is anew, and
 * `> /dev/stdout` would cut a file to nothing. Others may write to them, for a command that is not root opens it as well.
 * Where the disk is full, what cannot be written is lost, and the container goes on. It is started from a shell below: dash(1)
 * would redirect itself for it, and then say "Killed" in the container's output.
 *
 * Opening one end of a FIFO waits for the other, for ever when whoever was to open that is killed or the FIFO is removed. So
 * both are opened at once first (fifo(7): Linux lets that not wait), and whoever opens an end holds that until it has it. What
 * keeps the output ends with the last who writes, or with the folder that it would write to. It lets go by exec, as a
 * redirected function has dash keep what it let go of, to restore it.
 */
const shim = `conf=$1 logs=$2 cat=$3; shift 3
keep() { until "$cat" >> "$1" 2>/dev/null || ! [ -d "$logs" ]; do PATH=/usr/bin:/bin sleep 1; done; }
exec 5<> "$conf/stdout" 6<> "$conf/stderr"
( exec < "$conf/stdout" 3>&- 4>&- 5>&- 6>&-; keep "$logs/stdout" ) &
( exec < "$conf/stderr" 3>&- 4>&- 5>&- 6>&-; keep "$logs/stderr" ) &
exec 7> "$conf/stdout" 8> "$conf/stderr" 5>&- 6>&-
( exec "$@" ) >&7 2>&8 7>&- 8>&-
status=$?
exec 7>&- 8>&-
echo "$status" 2>/dev/null > "$conf/exit"
wait
: 2>/dev/null > "$conf/drained"
exit "$status"`;

/** The same for a terminal: script(1) writes what is written on it to its own standard output. */
const terminalShim = `conf=$1; shift
"$@"
status=$?
echo "$status" 2>/dev/null > "$conf/exit"
: 2>/dev/null > "$conf/drained"
exit "$status"`;

/**
 * Streams that outlive whoever starts the container: its output is appended to files by processes of its own, so that
 * nothing is lost and nothing waits when nobody reads; its input is a FIFO that it holds open itself.
 */
export function attachDetached(host: Host, facts: HostFacts, {logs, conf, tty, stdin}: DetachedStreams): Attachment {
	return {
		launch: async (argv, gate = pipeGate.ends) => {
			host.mkdirs(logs, 0o700);
			const input = tty || stdin ? await openInput(host, conf) : undefined;
			const sh = [...(hostToolWords(facts, 'sh') ?? ['sh']), `${conf}/keep.sh`];
			// A file, so that a list of processes stays readable.
			host.writeAtomic(`${conf}/keep.sh`, `${tty ? terminalShim : shim}\n`, 0o600);
			const program = tty
				? onTerminal(host, facts, {sh, argv, gate, logs, conf, input})
				: await throughPipes(host, facts, {sh, argv, gate, logs, conf, input});
			if (input !== undefined) closeDescriptor(input);
			return program;
		},
		onProcess: async () => {},
		connect: () => {},
		finish: async () => {},
		release: () => {},
	};
}

interface Kept {
	/** The shell and its script. */
	readonly sh: readonly string[];
	readonly argv: readonly string[];
	readonly gate: GateForm['ends'];
	readonly logs: string;
	readonly conf: string;
	readonly input: number | undefined;
}

async function throughPipes(
	host: Host,
	facts: HostFacts,
	{sh, argv, gate, logs, conf, input}: Kept,
): Promise<RunningProgram> {
	await makeFifos(host, '622', [`${conf}/stdout`, `${conf}/stderr`]);
	// The path alone: words of a busybox would be two.
	const cat = facts.tools.cat?.applet === null ? facts.tools.cat.path : 'cat';
	return host.start([...sh, conf, logs, cat, ...argv], {
		stdio: [input ?? 'ignore', 'ignore', 'ignore', ...gate],
		env: {},
	});
}

function onTerminal(host: Host, facts: HostFacts, {sh, argv, gate, logs, conf, input}: Kept): RunningProgram {
	const out = openAppend(`${logs}/stdout`);
	closeDescriptor(openAppend(`${logs}/stderr`));
	const program = host.start([...sh, conf, ...scriptWords(facts, argv)], {
		stdio: [input ?? 'ignore', out, 'ignore', ...gate],
		env: {SHELL: facts.tools.sh?.path ?? '/bin/sh'},
	});
	closeDescriptor(out);
	return program;
}

async function openInput(host: Host, conf: string): Promise<number> {
	await makeFifos(host, '600', [`${conf}/stdin`]);
	return openFifoBoth(`${conf}/stdin`);
}

/** script(1) makes the terminal and copies what is written on it to its own output. */
function scriptWords(facts: HostFacts, argv: readonly string[]): readonly string[] {
	const script = hostToolWords(facts, 'script');
	if (script === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no script, which makes the terminal', {
			hint: 'install it (Debian: bsdutils), or take `tty` out of the spec',
		});
	const command = `exec ${shellCommand(argv)}`;
	return [...script, '--quiet', '--return', '--flush', '--echo', 'always', '--command', command, '/dev/null'];
}
