import type {ReadStream, WriteStream} from 'node:tty';
import {writeAtOnce} from '../../host/terminal/write-at-once.ts';
import {type Input, inputReader} from './input.ts';

/** The alternate screen, no cursor, no wrapping at the right edge, bracketed paste; xterm's ctlseqs, "DEC Private Mode Set". */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h';
const leave = '\u001b[?2026l\u001b[0m\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l';
const mouseOn = '\u001b[?1000h\u001b[?1006h';
const mouseOff = '\u001b[?1006l\u001b[?1000l';

/** A terminal that a view has to itself. */
export interface OwnedTerminal {
	readonly size: () => {readonly columns: number; readonly rows: number};
	readonly write: (bytes: string) => void;
	/** With the mouse off, text can be selected as everywhere. */
	readonly setMouse: (on: boolean) => void;
	/** Gives the terminal back as it was while `use` lasts, to a program or to the shell below. */
	readonly lend: <T>(run: () => Promise<T>) => Promise<T>;
	/** Stops this process as Ctrl-Z does, and takes the terminal again when it goes on. */
	readonly suspend: () => Promise<void>;
	/** Gives the terminal back for good. */
	readonly close: () => void;
}

/** What is told of a terminal. */
export interface TerminalListener {
	readonly input: (input: Input) => void;
	readonly resized: () => void;
	/** It is given back for a while. */
	readonly lent: () => void;
	/** It was given back and taken again: nothing is known of what is on it. */
	readonly regained: () => void;
}

/**
 * Takes the terminal: its alternate screen, raw input. However the process ends, but by SIGKILL, the terminal is as it was
 * before.
 */
export function ownTerminal(
	stdin: ReadStream,
	stdout: WriteStream & {readonly fd: number},
	listener: TerminalListener,
): OwnedTerminal {
	const read = inputReader(listener.input);
	let mouse = false;
	let owned = false;
	let isClosed = false;
	const resized = (): void => listener.resized();
	// At the end of a process streams write no more.
	const restoreAtExit = (): void => {
		if (owned) writeAtOnce(stdout.fd, `${mouseOff}${leave}`);
	};
	const take = (): void => {
		owned = true;
		stdin.setRawMode(true);
		stdin.resume();
		stdin.on('data', read);
		stdout.on('resize', resized);
		stdout.write(`${enter}${mouse ? mouseOn : ''}`);
	};
	const giveBack = (): void => {
		if (!owned) return;
		owned = false;
		stdout.off('resize', resized);
		stdin.off('data', read);
		writeAtOnce(stdout.fd, `${mouseOff}${leave}`);
		// A terminal that has hung up has no mode.
		try {
			stdin.setRawMode(false);
		} catch {}
		stdin.pause();
	};
	const lend = async <T>(run: () => Promise<T>): Promise<T> => {
		giveBack();
		listener.lent();
		try {
			return await run();
		} finally {
			// Whoever was told to end meanwhile wants it no more.
			if (!isClosed) {
				take();
				listener.regained();
			}
		}
	};
	const suspend = (): Promise<void> =>
		lend(
			() =>
				new Promise(resolve => {
					process.off('SIGTSTP', stopped);
					process.once('SIGCONT', () => {
						process.on('SIGTSTP', stopped);
						resolve();
					});
					// The whole job, as the terminal's own Ctrl-Z would.
					process.kill(0, 'SIGTSTP');
				}),
		);
	// Ctrl-Z in a program that has the terminal is for the whole job: else the shell below waits for this process.
	const stopped = (): void => void (owned ? suspend() : process.kill(process.pid, 'SIGSTOP'));
	// What is said of a bug would be written on the alternate screen, and go with it. (A reader that went away is no bug.)
	const failed = (error: NodeJS.ErrnoException): void => {
		if (error.code !== 'EPIPE') close();
	};
	const close = (): void => {
		isClosed = true;
		giveBack();
		process.off('exit', restoreAtExit);
		process.off('SIGTSTP', stopped);
		process.off('uncaughtExceptionMonitor', failed);
	};
	process.on('exit', restoreAtExit);
	process.on('uncaughtExceptionMonitor', failed);
	process.on('SIGTSTP', stopped);
	take();
	return {
		size: () => ({columns: stdout.columns || 80, rows: stdout.rows || 24}),
		write: bytes => void (owned && stdout.write(bytes)),
		setMouse: on => {
			mouse = on;
			if (owned) stdout.write(on ? mouseOn : mouseOff);
		},
		lend,
		suspend,
		close,
	};
}
