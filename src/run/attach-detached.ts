import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {closeDescriptor, openAppend, openFifoBoth} from '../host/stdio.ts';
import {shellCommand} from '../step/shell-word.ts';
import {hostToolWords} from '../step/toolbox.ts';
import type {Attachment} from './attach.ts';

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
 */
const keeper = 'conf=$1; shift; "$@"; status=$?; echo "$status" 2>/dev/null > "$conf/exit"; exit "$status"';

/**
 * Streams that outlive whoever starts the container: its output is appended to files by itself, so that nothing is lost
 * and nothing waits when nobody reads; its input is a FIFO that it holds open itself.
 */
export function attachDetached(host: Host, facts: HostFacts, {logs, conf, tty, stdin}: DetachedStreams): Attachment {
	return {
		launch: async argv => {
			host.mkdirs(logs, 0o700);
			const out = openAppend(`${logs}/stdout`);
			const err = openAppend(`${logs}/stderr`);
			const input = tty || stdin ? await openInput(host, conf) : undefined;
			const sh = hostToolWords(facts, 'sh') ?? ['sh'];
			const kept = [...sh, '-c', keeper, 'sh', conf, ...(tty ? onTerminal(facts, argv) : argv)];
			const program = host.start(kept, {
				stdio: [input ?? 'ignore', out, tty ? 'ignore' : err, 'pipe', 'pipe'],
				env: tty ? {SHELL: facts.tools.sh?.path ?? '/bin/sh'} : {},
			});
			for (const fd of [out, err, ...(input === undefined ? [] : [input])]) closeDescriptor(fd);
			return program;
		},
		onProcess: async () => {},
		connect: () => {},
		finish: async () => {},
	};
}

async function openInput(host: Host, conf: string): Promise<number> {
	const path = `${conf}/stdin`;
	const {exitCode, stderr, command} = await host.run(['mkfifo', '-m', '600', path]);
	if (exitCode !== 0) throw new TsboxError('E_STEP_FAILED', 'no pipe could be made', {command, output: stderr});
	return openFifoBoth(path);
}

/** script(1) makes the terminal and copies what is written on it to its own output. */
function onTerminal(facts: HostFacts, argv: readonly string[]): readonly string[] {
	const script = hostToolWords(facts, 'script');
	if (script === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no script, which makes the terminal', {
			hint: 'install it (Debian: bsdutils), or take `tty` out of the spec',
		});
	const command = `exec ${shellCommand(argv)}`;
	return [...script, '--quiet', '--return', '--flush', '--echo', 'always', '--command', command, '/dev/null'];
}
