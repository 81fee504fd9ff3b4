/** The numbers of the signals that a command can end by; signal(7), the same on every architecture we run on. */
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

/** The exit status of what SIGKILL ended, where the signal itself is not heard. */
export const killedStatus = 137;

/** The exit status as a shell and podman-run(1) give it: the command's own, or 128 and the number of the signal. */
export function exitCodeOf(ended: {
	readonly exitCode: number | undefined;
	readonly signal: string | undefined;
}): number {
	return ended.exitCode ?? 128 + (signalNumbers[ended.signal ?? ''] ?? 0);
}
