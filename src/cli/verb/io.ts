import type {StopSignal} from '../../errors/interruption.ts';

/** The three standard streams. */
export type StandardStream = 'stdin' | 'stdout' | 'stderr';

/**
 * All that the command line touches of its surroundings, so that a test can run it in process. Nothing here is looked
 * up before it is asked for: making process.stdout alone costs 3 ms.
 */
export interface Io {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	/** The folder of the package, with its package.json and config/. */
	readonly packageFolder: string;
	/** The colours that the configuration chose. */
	readonly theme?: 'dark' | 'light' | 'none';
	/** Data, to standard output. */
	out(text: string): void;
	/** Long text, to standard output; on a terminal by way of a pager. */
	page(text: string): Promise<void>;
	/** Talk, to standard error. */
	err(text: string): void;
	/** Bytes as they are, to one of the two. */
	bytes(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
	/** Settles when such a stream takes more at once, or never will. */
	room(stream: 'stdout' | 'stderr'): Promise<void>;
	isTerminal(stream: StandardStream): boolean;
	/** Characters a line; 80 where there is no terminal. */
	columns(): number;
	/** Lines of the terminal that standard output is; 24 where it is none. */
	rows(): number;
	/** Calls back when the reader of standard output has gone; gives the way to stop. */
	onReaderGone(callback: () => void): () => void;
	/** Calls back with the errno each time when standard output can't be written, EPIPE too; gives the way to stop. */
	onOutputFailed(callback: (errno: string) => void): () => void;
	/** Milliseconds since the epoch. */
	now(): number;
	/** The text of a file; throws as node:fs does. */
	readFile(path: string): string;
	/** Writes a new file; throws EEXIST where there is one, unless `replace`. */
	writeFile(path: string, text: string, replace: boolean): void;
	/** Waits for a line of the terminal; undefined when its input ended or the signal aborted. */
	readLine(signal: AbortSignal): Promise<string | undefined>;
	/**
	 * Calls back for each SIGINT, SIGTERM, SIGHUP and SIGQUIT, which then end the process no more; gives the way to stop. A
	 * SIGHUP that was ignored when this process was started (nohup(1)) stays so.
	 */
	onSignal(callback: (signal: StopSignal) => void): () => void;
	/** Where a progress view draws. */
	screen(): NodeJS.WriteStream;
}
