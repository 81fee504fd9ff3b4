import {once} from 'node:events';
import type {Duplex} from 'node:stream';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts, ToolName} from '../../host/facts.ts';
import type {Host, RunningProgram} from '../../host/host.ts';
import type {ProcessIdentity} from '../../host/programs/process.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import {terminalProgram} from '../../step/calls/terminal-program.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';

/** A window size of a terminal, in characters. */
export interface TerminalSize {
	readonly columns: number;
	readonly rows: number;
}

/** The program that starts a command and holds its pty, between two pipes: as descriptor 0 and 1. */
export interface PtyHolder {
	/** The command line that starts `argv`. */
	readonly words: (argv: readonly string[]) => readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Its descriptor 2. */
	readonly control: 'ignore' | 'pipe';
	/** Gives the pty a size. Call it when the command is at its gate, and later. */
	readonly resize: (program: RunningProgram, first: ProcessIdentity, size: TerminalSize) => Promise<void>;
}

function toolWords(facts: HostFacts, tool: ToolName, hint: string): readonly string[] {
	const words = hostToolWords(facts, tool);
	if (words === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', `this host has no ${tool}, which holds the terminal`, {hint});
	return words;
}

/** A pty of the host, which script(1) makes. Its size is set by stty(1). */
export function scriptHolder(host: Host, facts: HostFacts): PtyHolder {
	const script = toolWords(facts, 'script', 'install it (Debian: bsdutils), or run without -t');
	return {
		// If its stdin is not a terminal, script(1) decides about echo by itself. `always` leaves echo to the pty, as on any terminal.
		words: argv => [
			...script,
			'--quiet',
			'--return',
			'--flush',
			'--echo',
			'always',
			'--command',
			`exec ${shellCommand(argv)}`,
			'/dev/null',
		],
		env: {SHELL: facts.tools.sh?.path ?? '/bin/sh'},
		control: 'ignore',
		resize: async (_, {pid}, {rows, columns}) => {
			const stty = hostToolWords(facts, 'stty');
			const pts = host.readlink(`/proc/${pid}/fd/5`) ?? '';
			if (stty === undefined || !/^\/dev\/pts\/\d+$/.test(pts)) return;
			const words = [...stty, '-F', pts, 'rows', String(rows), 'cols', String(columns)];
			// Not host.run: the modules that it loads first would delay the start and count as time of its steps.
			await host.start(words, {stdio: ['ignore', 'ignore', 'ignore']}).ended;
		},
	};
}

/**
 * A pty of the container's own /dev/pts, which the container sends through a socket.
 *
 * @param socket - its path, which must be free
 */
export function socketHolder(facts: HostFacts, socket: string): PtyHolder {
	const perl = toolWords(facts, 'perl', 'install it');
	return {
		words: argv => [...perl, '-e', terminalProgram(facts.kernel.arch), socket, ...argv],
		control: 'pipe',
		resize: async ({pipes}, _, {rows, columns}) => {
			const control = pipes[2] as Duplex;
			if (control.destroyed || !control.writable) return;
			control.write(`${rows} ${columns}\n`);
			await Promise.race([once(control, 'data'), once(control, 'close')]);
		},
	};
}
