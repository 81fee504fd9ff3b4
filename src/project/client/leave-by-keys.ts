import type {Machine} from '../../container/machine/machine.ts';
import {terminalJob} from '../../host/programs/process.ts';
import {callerInput, releaseInput} from '../../host/programs/stdio.ts';
import {detachMatcher} from '../../execute/detach-matcher.ts';
import {usualDetachKeys} from '../../spec/values/detach-keys.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';

/**
 * Calls back when the detach keys are typed at the caller's terminal, of which nothing else is read. It stays as it is but
 * for what would keep the keys from us: bytes come without Enter, and Ctrl-Q is a key; Ctrl-C and Ctrl-Z are signals still.
 * A job that is not in the foreground leaves the terminal alone, as the kernel would stop one that reads it (SIGTTIN).
 *
 * @returns what gives the terminal back
 */
export async function leaveByKeys(
	{host, facts, detachKeys = usualDetachKeys}: Machine,
	callback: () => void,
): Promise<() => Promise<void>> {
	const words = hostToolWords(facts, 'stty');
	const input = callerInput();
	if (words === undefined || !input.isTTY) return async () => {};
	const stty = async (...args: readonly string[]): Promise<string> => {
		const program = host.start([...words, ...args], {stdio: [0, 'pipe', 'ignore']});
		let text = '';
		program.pipes[1]?.on('data', (bytes: Buffer) => (text += bytes.toString()));
		await program.ended;
		return text.trim();
	};
	/** The process group that the terminal's keys go to is ours. */
	const isInForeground = (): boolean => {
		const job = terminalJob(host, 'self');
		return job !== undefined && job.group === job.foreground;
	};
	const matcher = detachMatcher(detachKeys);
	const onData = (bytes: Buffer): void => {
		if (matcher.feed(bytes).detached) callback();
	};
	let before: string | undefined;
	const listen = async (): Promise<void> => {
		input.off('data', onData);
		if (!isInForeground()) return releaseInput();
		before ??= await stty('-g');
		await stty('-icanon', '-ixon', '-iexten', 'min', '1', 'time', '0');
		input.on('data', onData);
		input.resume();
	};
	// A shell has the terminal as it likes it while a job is stopped.
	const onContinue = (): void => void listen();
	process.on('SIGCONT', onContinue);
	await listen();
	return async () => {
		process.off('SIGCONT', onContinue);
		input.off('data', onData);
		releaseInput();
		if (before !== undefined && isInForeground()) await stty(before);
	};
}
