import type {Readable, Writable} from 'node:stream';

/** What a finished program left behind. */
export interface RunResult {
	readonly exitCode: number | undefined;
	readonly signal: string | undefined;
	readonly stdout: string;
	readonly stderr: string;
	/** The command as a shell would take it, control characters made harmless. */
	readonly command: string;
}

/** A standard stream of a started program: nothing, a pipe to us, or one of our own descriptors. */
export type Stdio = 'ignore' | 'pipe' | number;

/** A program that runs. */
export interface RunningProgram {
	readonly pid: number;
	/** The pipes by descriptor number; undefined where stdio was not 'pipe'. */
	readonly pipes: readonly (Readable | Writable | null | undefined)[];
	/** Settles when the program was reaped; never rejects. */
	readonly ended: Promise<{
		readonly exitCode: number | undefined;
		readonly signal: string | undefined;
		readonly startError: Error | undefined;
	}>;
}

/** A file's facts that callers decide on. */
export interface FileFacts {
	readonly kind: 'file' | 'directory' | 'symlink' | 'other';
	readonly size: number;
	readonly mode: number;
	readonly uid: number;
	readonly ino: number;
	readonly dev: number;
	readonly mtimeMs: number;
	readonly ctimeMs: number;
	/** What a character or block device stands for; undefined for all else. */
	readonly device?: {readonly type: 'c' | 'b'; readonly major: number; readonly minor: number};
}

/**
 * The only door to the machine. The real one is host/programs/real-host.ts; test/support/recording-host.ts remembers what was asked.
 * The filesystem calls but one are synchronous: they touch kernel files and small records, and a round trip through the thread
 * pool costs more than the call.
 */
export interface Host {
	/**
	 * Runs a program to its end with an empty environment but PATH and LC_ALL=C, cwd `/`, no input. Never rejects for what
	 * the program did; the last 1 MiB of each output is kept. On abort or timeout its whole process group is killed.
	 * One that can't be started has neither exit code nor signal, and the reason as stderr.
	 */
	run(
		argv: readonly string[],
		options?: {readonly signal?: AbortSignal; readonly input?: string; readonly timeoutMs?: number},
	): Promise<RunResult>;
	/**
	 * Starts a program in a session of its own with an empty environment but PATH, LC_ALL=C and `env`, cwd `/`, and just
	 * these descriptors. One that can't be started has pid 0 and a startError.
	 */
	start(
		argv: readonly string[],
		options: {readonly stdio: readonly Stdio[]; readonly env?: Readonly<Record<string, string>>},
	): RunningProgram;
	/** Sends a signal, to a process group when the number is negative; false when there is none, and for 0, 1 and -1. */
	kill(pid: number, signal: NodeJS.Signals): boolean;
	now(): number;

	/** The text of a file, or undefined when there is none. */
	readText(path: string): string | undefined;
	/** Up to `length` bytes of a file from `offset`; undefined when there is none. */
	readBytes(path: string, offset: number, length: number): Buffer | undefined;
	/** One open, one write(2), no O_CREAT: for kernel files. */
	writeKernelFile(path: string, value: string): void;
	/** The same without waiting for it, and without telling when it fails: for a hint to the kernel. */
	hintKernelFile(path: string, value: string): void;
	/** Temp file beside it, fsync, rename. */
	writeAtomic(path: string, content: string | Uint8Array, mode?: number): void;
	/** The same without fsync(2): whole for whoever reads it, but a power cut may leave it empty. */
	writeWhole(path: string, content: string | Uint8Array, mode?: number): void;
	/** Adds text at the end, O_APPEND, one write(2). */
	append(path: string, text: string): void;
	/** chmod(2): the mode as it is, whatever the umask. */
	chmod(path: string, mode: number): void;
	/** lchown(2): a symlink itself. */
	chown(path: string, uid: number, gid: number): void;
	/** Does not follow a last symlink; undefined when nothing is there. */
	lstat(path: string): FileFacts | undefined;
	stat(path: string): FileFacts | undefined;
	realpath(path: string): string | undefined;
	readlink(path: string): string | undefined;
	/** Names in a folder, sorted; empty when there is none. */
	list(path: string): readonly string[];
	/** False when it exists already. */
	mkdir(path: string, mode: number): boolean;
	mkdirs(path: string, mode: number): void;
	/**
	 * False when it was not there; throws ENOTEMPTY, EBUSY as the kernel says. Not waited for: the kernel takes its time to
	 * remove a cgroup.
	 */
	rmdir(path: string): Promise<boolean>;
	/** Removes a folder and all below it; follows no symlink; throws EBUSY where something is mounted, and leaves that. */
	removeTree(path: string): void;
	/** The same, and this thread does other things meanwhile. */
	removeTreeGently(path: string): Promise<void>;
	rename(from: string, to: string): void;
}
