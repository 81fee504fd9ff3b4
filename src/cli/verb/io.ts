import type {OwnFiles} from '../../host/files/own-files.ts';
import type {StopSignal} from '../../errors/interruption.ts';

/** The three standard streams. */
export type StandardStream = 'stdin' | 'stdout' | 'stderr';

/**
 * The command line's access to its process, so that a test can replace it. Everything is looked up on demand, because
 * creating process.stdout alone takes 3 ms.
 */
export interface Io {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	/** The files of tsbox itself. */
	readonly own: OwnFiles;
	/** The color theme of the configuration. */
	readonly theme?: 'dark' | 'light' | 'none';
	/** Writes data to standard output. */
	out(text: string): void;
	/** Writes long text to standard output, through a pager on a terminal. */
	page(text: string): Promise<void>;
	/** Writes messages to standard error. */
	err(text: string): void;
	/** Writes raw bytes to one of the streams. */
	bytes(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
	/** Resolves when the stream accepts more data, or has failed. */
	room(stream: 'stdout' | 'stderr'): Promise<void>;
	isTerminal(stream: StandardStream): boolean;
	/** Width of the terminal in characters; 80 without a terminal. */
	columns(): number;
	/** Height of the terminal on standard output in lines; 24 without a terminal. */
	rows(): number;
	/** Calls back when the reader of standard output has closed it. Returns a function that unsubscribes. */
	onReaderGone(callback: () => void): () => void;
	/** Calls back with the errno of each failed write to standard output, including EPIPE. Returns a function that unsubscribes. */
	onOutputFailed(callback: (errno: string) => void): () => void;
	/** Milliseconds since the epoch. */
	now(): number;
	/** Reads a text file. Throws like node:fs. */
	readFile(path: string): string;
	/** Writes a text file. Throws EEXIST if the file exists, unless `replace`. */
	writeFile(path: string, text: string, replace: boolean): void;
	/** Reads a line from the terminal. Undefined at the end of input or when the signal aborts. */
	readLine(signal: AbortSignal): Promise<string | undefined>;
	/** Runs a program on the terminal until it ends, or until the signal ends it. Undefined when it cannot be started. */
	runOnTerminal(
		words: readonly string[],
		env: Readonly<Record<string, string | undefined>>,
		signal: AbortSignal,
	): Promise<number | undefined>;
	/**
	 * Calls back for each SIGINT, SIGTERM, SIGHUP, and SIGQUIT instead of ending the process. Returns a function that
	 * unsubscribes. A SIGHUP that was ignored at the start of this process, as by nohup(1), stays ignored.
	 */
	onSignal(callback: (signal: StopSignal) => void): () => void;
	/** The stream that progress views draw on. */
	screen(): NodeJS.WriteStream;
}
