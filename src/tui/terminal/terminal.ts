import type {ReadStream, WriteStream} from 'node:tty';
import {writeAtOnce} from '../../host/terminal/write-at-once.ts';
import {type Input, inputReader} from './input.ts';

/**
 * Alternate screen, hidden cursor, no wrapping at the right edge, and bracketed paste; xterm ctlseqs, "DEC Private Mode
 * Set".
 */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h';
const leave = '\u001b[?2026l\u001b[0m\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l';
const mouseOn = '\u001b[?1000h\u001b[?1006h';
const mouseOff = '\u001b[?1006l\u001b[?1000l';

/** A terminal that a view owns. */
export interface OwnedTerminal {
	readonly size: () => {readonly columns: number; readonly rows: number};
	readonly write: (bytes: string) => void;
	/** Turns mouse reports on or off. While they are off, the terminal selects text as usual. */
	readonly setMouse: (on: boolean) => void;
	/** Restores the terminal for another program while `run` runs. */
	readonly lend: <T>(run: () => Promise<T>) => Promise<T>;
	/** Stops this process like Ctrl-Z, and takes the terminal again when the process continues. */
	readonly suspend: () => Promise<void>;
	/** Restores the terminal for good. */
	readonly close: () => void;
}

/** Callbacks of an owned terminal. */
export interface TerminalListener {
	readonly input: (input: Input) => void;
	/** Gets what is typed as it is; `input` is then not called. */
	readonly bytes?: (bytes: Buffer) => void;
	readonly resized: () => void;
	/** The terminal was restored for another program. */
	readonly lent: () => void;
	/** The terminal was taken again. Its contents are unknown. */
	readonly regained: () => void;
}

/**
 * Takes the terminal: alternate screen and raw input. Unless SIGKILL ends the process, the terminal is restored at the
 * end.
 */
export function ownTerminal(
	stdin: ReadStream,
	stdout: WriteStream & {readonly fd: number},
	listener: TerminalListener,
): OwnedTerminal {
	const read = listener.bytes ?? inputReader(listener.input);
	let mouse = false;
	let owned = false;
	let isClosed = false;
	const resized = (): void => listener.resized();
	// Streams no longer write when the process exits.
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
		// Setting the mode of a terminal that has hung up fails.
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
			// Do not take the terminal again if the view was closed in the meantime.
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
					// Stop the whole job, as Ctrl-Z in a terminal does.
					process.kill(0, 'SIGTSTP');
				}),
		);
	// Ctrl-Z in a program that has the terminal is meant for the whole job. If only that program stopped, the shell
	// would keep waiting for this process.
	const stopped = (): void => void (owned ? suspend() : process.kill(process.pid, 'SIGSTOP'));
	// Leave the alternate screen, or the report of an uncaught error disappears with it. EPIPE only means that a reader
	// is gone.
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
