import type {BigIntStats} from 'node:fs';
import type {Readable, Writable} from 'node:stream';

/** The result of a finished program. */
export interface RunResult {
	readonly exitCode: number | undefined;
	readonly signal: string | undefined;
	readonly stdout: string;
	readonly stderr: string;
	/** The command quoted for a shell, with control characters escaped. */
	readonly command: string;
}

/** A standard stream of a started program: nothing, a pipe to tsbox, or one of tsbox's descriptors. */
export type Stdio = 'ignore' | 'pipe' | number;

/** A started program. */
export interface RunningProgram {
	readonly pid: number;
	/** The pipes by descriptor number; undefined when stdio was not 'pipe'. */
	readonly pipes: readonly (Readable | Writable | null | undefined)[];
	/** Resolves when the program was reaped; never rejects. */
	readonly ended: Promise<{
		readonly exitCode: number | undefined;
		readonly signal: string | undefined;
		readonly startError: Error | undefined;
	}>;
}

/** Facts about a file. */
export interface FileFacts {
	readonly kind: 'file' | 'directory' | 'symlink' | 'other';
	readonly size: number;
	readonly mode: number;
	readonly uid: number;
	readonly gid?: number;
	readonly ino: number;
	readonly dev: number;
	readonly mtimeMs: number;
	readonly ctimeMs: number;
	/** How many names it has. A cgroup has 2, and one more for each cgroup in it. */
	readonly links?: number;
	/** Type and numbers of a character or block device; undefined for other files. */
	readonly device?: {readonly type: 'c' | 'b'; readonly major: number; readonly minor: number};
}

/** Facts of a file with times in nanoseconds. */
export type ExactFacts = BigIntStats;

/** An open file of any size. It stays the same file, whatever happens to its path. */
export interface LargeFile {
	readonly facts: () => Promise<ExactFacts>;
	/** The first bytes, at most `length`. */
	readonly head: (length: number) => Promise<Buffer>;
	/** All bytes, from the start. */
	readonly chunks: (signal?: AbortSignal) => AsyncIterable<Buffer>;
	readonly close: () => Promise<void>;
}

/**
 * The only access to the machine. host/programs/real-host.ts implements it; test/support/recording-host.ts records calls for tests.
 * The filesystem calls but a few are synchronous: they access kernel files and small records, for which a round trip through the
 * thread pool costs more than the call.
 */
export interface Host {
	/**
	 * Runs a program to its end with only PATH and LC_ALL=C in its environment, cwd `/`, no input. Never rejects because of the program.
	 * Keeps the last 1 MiB of each output. On abort or timeout it kills the whole process group.
	 * A program that cannot be started has no exit code, no signal, and the reason as stderr.
	 */
	run(
		argv: readonly string[],
		options?: {readonly signal?: AbortSignal; readonly input?: string; readonly timeoutMs?: number},
	): Promise<RunResult>;
	/**
	 * Starts a program in its own session with only PATH, LC_ALL=C, and `env` in its environment, cwd `/`, and exactly
	 * these descriptors. A program that cannot be started has pid 0 and a startError.
	 */
	start(
		argv: readonly string[],
		options: {
			readonly stdio: readonly Stdio[];
			readonly env?: Readonly<Record<string, string>>;
			/** This process may end before the program does. */
			readonly isBackground?: boolean;
		},
	): RunningProgram;
	/** Sends a signal, to a process group when the number is negative. False when there is no such process, and for 0, 1, and -1. */
	kill(pid: number, signal: NodeJS.Signals): boolean;
	now(): number;

	/** The text of a file; undefined when it does not exist. */
	readText(path: string): string | undefined;
	/** Up to `length` bytes of a file from `offset`; undefined when it does not exist. */
	readBytes(path: string, offset: number, length: number): Buffer | undefined;
	/** The text of a configuration file that only root and the caller can have written: see host/files/trusted-text.ts. */
	trustedText(path: string): string;
	/** Opens a file for reading in chunks. Throws the system's error. */
	openFile(path: string): Promise<LargeFile>;
	/** One open, one write(2), no O_CREAT: for kernel files. */
	writeKernelFile(path: string, value: string): void;
	/** The same without waiting and without errors: for a hint to the kernel. */
	hintKernelFile(path: string, value: string): void;
	/** Writes a temporary file beside it, then fsync(2) and rename(2). */
	writeAtomic(path: string, content: string | Uint8Array, mode?: number): void;
	/** The same without fsync(2): readers see the whole file, but a power cut may leave it empty. */
	writeWhole(path: string, content: string | Uint8Array, mode?: number): void;
	/**
	 * Replaces the text of a file that is there, in one write(2), so that whoever has it open or mounted sees the new text. Waits for
	 * nobody: EAGAIN while another has a lease of it.
	 */
	overwrite(path: string, text: string): void;
	/** Appends text: O_APPEND, one write(2). */
	append(path: string, text: string): void;
	/** chmod(2), which ignores the umask. */
	chmod(path: string, mode: number): void;
	/** lchown(2): changes a symlink itself. */
	chown(path: string, uid: number, gid: number): void;
	/** Does not follow a symlink; undefined when the path does not exist. */
	lstat(path: string): FileFacts | undefined;
	stat(path: string): FileFacts | undefined;
	realpath(path: string): string | undefined;
	readlink(path: string): string | undefined;
	/** Names in a folder, sorted; empty when it does not exist. */
	list(path: string): readonly string[];
	/** False when it exists. */
	mkdir(path: string, mode: number): boolean;
	mkdirs(path: string, mode: number): void;
	/**
	 * False when it does not exist; throws ENOTEMPTY and EBUSY of the kernel. Asynchronous, because the kernel takes its time to
	 * remove a cgroup.
	 */
	rmdir(path: string): Promise<boolean>;
	/** Removes a folder and everything in it. Follows no symlink. Throws EBUSY at a mount point and leaves the mount. */
	removeTree(path: string): void;
	/** The same in small slices, so that this thread can do other work. */
	removeTreeGently(path: string): Promise<void>;
	rename(from: string, to: string): void;
}
