import type {Context} from '../verb/command.ts';
import {exitStatus} from '../options/exit-status.ts';

/** Runs skopeo's login or logout on the caller's streams, and returns its exit status. */
export async function signIn(
	verb: 'login' | 'logout',
	args: readonly string[],
	{io, engine, folders}: Context,
): Promise<number> {
	const words = await engine.loginWords((await engine.openFolders(folders)).host, verb, args);
	const over = new AbortController();
	const close = io.onSignal(name => over.abort(name));
	try {
		const status = await io.runOnTerminal(words, io.env, over.signal);
		return over.signal.aborted ? exitStatus({exitCode: 0, signal: String(over.signal.reason)}) : (status ?? 125);
	} finally {
		close();
	}
}
