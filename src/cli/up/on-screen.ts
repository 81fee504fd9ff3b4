import type {Io} from '../verb/io.ts';

/**
 * Runs a screen until it closes or a signal comes, then prints the text that it returns.
 *
 * @returns the exit status
 */
export async function onScreen(io: Io, show: (signal: AbortSignal) => Promise<string>): Promise<number> {
	const over = new AbortController();
	const close = io.onSignal(name => over.abort(name));
	try {
		const text = await show(over.signal);
		// After SIGHUP there is no terminal to write to.
		if (over.signal.reason !== 'SIGHUP') io.out(text);
	} finally {
		close();
	}
	const statuses: Readonly<Record<string, number>> = {SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143};
	return over.signal.aborted ? (statuses[String(over.signal.reason)] ?? 0) : 0;
}
