/** Numbers of the signals that can end a command; signal(7), the same on every supported architecture. */
export const signalNumbers: Readonly<Record<string, number>> = {
	SIGHUP: 1,
	SIGINT: 2,
	SIGQUIT: 3,
	SIGILL: 4,
	SIGTRAP: 5,
	SIGABRT: 6,
	SIGBUS: 7,
	SIGFPE: 8,
	SIGKILL: 9,
	SIGUSR1: 10,
	SIGSEGV: 11,
	SIGUSR2: 12,
	SIGPIPE: 13,
	SIGALRM: 14,
	SIGTERM: 15,
	SIGXCPU: 24,
	SIGXFSZ: 25,
	SIGSYS: 31,
};

/** The exit status after SIGKILL, for a caller that does not see the signal itself. */
export const killedStatus = 137;

/** The exit status as a shell and podman-run(1) report it: the command's own, or 128 plus the number of the signal. */
export function exitCodeOf(ended: {
	readonly exitCode: number | undefined;
	readonly signal: string | undefined;
}): number {
	return ended.exitCode ?? 128 + (signalNumbers[ended.signal ?? ''] ?? 0);
}
