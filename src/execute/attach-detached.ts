import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host, RunningProgram} from '../host/host.ts';
import {closeDescriptor, openAppend, openFifoBoth} from '../host/programs/stdio.ts';
import {shellCommand} from '../spec/syntax/shell-words.ts';
import {hostToolWords} from '../step/verbs/toolbox.ts';
import type {Attachment} from './attach.ts';
import {makeFifos} from './fifos.ts';
import {type GateForm, pipeGate} from './gate.ts';

/** Where the streams of a detached container lead. */
export interface DetachedStreams {
	/** The folder of `stdout` and `stderr`. */
	readonly logs: string;
	/** The container's state folder, where `stdin` and `exit` are. */
	readonly conf: string;
	readonly tty: boolean;
	/** Keep standard input open; otherwise it is /dev/null. */
	readonly stdin: boolean;
	/** Throw the output away: the files stay empty. */
	readonly discards?: boolean;
}

/**
 * The shim: a shell that outlives tsbox, waits for the container, and writes down its exit status, which the kernel
 * gives only to the parent. The shim is outside of the container's cgroup.
 *
 * The container gets FIFOs and not the log files. A program that opens /dev/stdout opens the target of its descriptor 1
 * again, and `> /dev/stdout` would truncate a file. Everyone may write to the FIFOs, because a command that is not root
 * opens them too. If the disk is full, output that cannot be written is lost, and the container continues. A subshell
 * starts the container: dash(1) would otherwise redirect itself for it, and then print "Killed" into the container's
 * output.
 *
 * Opening one end of a FIFO waits for the other end, forever if the process that should open that end is killed or the
 * FIFO is removed. So the shim first opens both ends at once, which does not wait on Linux (fifo(7)). Each shell keeps
 * these descriptors until it has opened its own end. The shells that keep the output end with the last writer, or when
 * the log folder is gone. They close descriptors with `exec`, because dash keeps a copy of each descriptor that a
 * redirected function closes, to restore it.
 */
const shim = `conf=$1 logs=$2 cat=$3 null=$4; shift 4
keep() { until "$cat" >> "\${null:-$1}" 2>/dev/null || ! [ -d "$logs" ]; do PATH=/usr/bin:/bin sleep 1; done; }
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

/** The shim for a terminal. script(1) copies what is written to its pty to its own standard output. */
const terminalShim = `conf=$1; shift
"$@"
status=$?
echo "$status" 2>/dev/null > "$conf/exit"
: 2>/dev/null > "$conf/drained"
exit "$status"`;

/**
 * Streams that outlive the process that starts the container. Separate processes append the output to files, so that
 * nothing is lost and no write waits for a reader. The input is a FIFO that the container itself holds open.
 */
export function attachDetached(
	host: Host,
	facts: HostFacts,
	{logs, conf, tty, stdin, discards = false}: DetachedStreams,
): Attachment {
	return {
		launch: async (argv, gate = pipeGate.ends) => {
			host.mkdirs(logs, 0o700);
			const input = tty || stdin ? await openInput(host, conf) : undefined;
			const sh = [...(hostToolWords(facts, 'sh') ?? ['sh']), `${conf}/keep.sh`];
			// A file and not an argument, so that a list of processes stays readable.
			host.writeAtomic(`${conf}/keep.sh`, `${tty ? terminalShim : shim}\n`, 0o600);
			const program = tty
				? onTerminal(host, facts, {sh, argv, gate, logs, conf, input, discards})
				: await throughPipes(host, facts, {sh, argv, gate, logs, conf, input, discards});
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
	readonly discards: boolean;
}

async function throughPipes(
	host: Host,
	facts: HostFacts,
	{sh, argv, gate, logs, conf, input, discards}: Kept,
): Promise<RunningProgram> {
	if (discards) makeEmpty(logs);
	await makeFifos(host, '622', [`${conf}/stdout`, `${conf}/stderr`]);
	// Only a path, because the script takes one word and a busybox applet would be two.
	const cat = facts.tools.cat?.applet === null ? facts.tools.cat.path : 'cat';
	return host.start([...sh, conf, logs, cat, discards ? '/dev/null' : '', ...argv], {
		stdio: [input ?? 'ignore', 'ignore', 'ignore', ...gate],
		env: {},
	});
}

/** The files of the output, so that who follows it finds them. */
function makeEmpty(logs: string): void {
	for (const stream of ['stdout', 'stderr']) closeDescriptor(openAppend(`${logs}/${stream}`));
}

function onTerminal(host: Host, facts: HostFacts, {sh, argv, gate, logs, conf, input, discards}: Kept): RunningProgram {
	makeEmpty(logs);
	const out = openAppend(discards ? '/dev/null' : `${logs}/stdout`);
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

/** The command line of script(1), which makes a pty and copies what is written to it to its own output. */
function scriptWords(facts: HostFacts, argv: readonly string[]): readonly string[] {
	const script = hostToolWords(facts, 'script');
	if (script === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no script, which makes the terminal', {
			hint: 'install it (Debian: bsdutils), or take `tty` out of the spec',
		});
	const command = `exec ${shellCommand(argv)}`;
	return [...script, '--quiet', '--return', '--flush', '--echo', 'always', '--command', command, '/dev/null'];
}
