/** The caller's side of a running command. */
export interface Attachment {
	/** Descriptors of this process that become the command's own. */
	readonly stdio: {readonly stdin: number; readonly stdout: number; readonly stderr: number};
	/** Give the command a pty of its own. */
	readonly tty: boolean;
	/** Aborted with the signal's name as reason: stop in the container's own way. */
	readonly signal: AbortSignal;
	/** Aborted by the second signal: stop at once. */
	readonly force: AbortSignal;
}

/** How a command ended. */
export interface CommandEnd {
	readonly exitCode: number;
	readonly signal: string | null;
}
