import {isTsboxError} from '../../errors/tsbox-error.ts';
import {exitStatus} from '../options/exit-status.ts';
import type {Io} from '../verb/io.ts';

/** Runs work that a signal aborts. Its error then says nothing new, and the exit status is that of the signal. */
export async function interruptible(io: Io, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
	const over = new AbortController();
	const close = io.onSignal(name => over.abort(name));
	const interrupted = (): number => exitStatus({exitCode: 0, signal: String(over.signal.reason)});
	try {
		const status = await work(over.signal);
		return over.signal.aborted ? interrupted() : status;
	} catch (error) {
		if (!over.signal.aborted || (isTsboxError(error) && error.code !== 'E_INTERRUPTED')) throw error;
		return interrupted();
	} finally {
		close();
	}
}
