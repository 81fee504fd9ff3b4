import type {TerminalEnds} from '../../execute/terminal/terminal-ends.ts';

/** The caller's side of a running command. */
export interface Attachment {
	/** Descriptors of this process that the command inherits. */
	readonly stdio: {readonly stdin: number; readonly stdout: number; readonly stderr: number};
	/** Whether to give the command a pty of its own. */
	readonly tty: boolean;
	/** The terminal to connect the pty to; by default the caller's standard streams. */
	readonly terminal?: TerminalEnds;
	/** Aborted with the signal's name as reason: stop the container as its spec says. */
	readonly signal: AbortSignal;
	/** Aborted by the second signal: kill the container. */
	readonly force: AbortSignal;
}

/** How a command ended. */
export interface CommandEnd {
	readonly exitCode: number;
	readonly signal: string | null;
}
