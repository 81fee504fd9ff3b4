import type {Machine} from '../../container/machine/machine.ts';
import {terminalJob} from '../../host/programs/process.ts';
import {callerInput, releaseInput} from '../../host/programs/stdio.ts';
import {detachMatcher} from '../../execute/terminal/detach-matcher.ts';
import {usualDetachKeys} from '../../spec/values/detach-keys.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';

/**
 * Calls back when the detach keys are typed at the caller's terminal. The terminal keeps its settings except that bytes arrive
 * without Enter and Ctrl-Q is a key; Ctrl-C and Ctrl-Z still send signals. A background job does not touch the terminal, as
 * the kernel stops a background job that reads it (SIGTTIN).
 *
 * @returns the function that restores the terminal
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
	/** Whether our process group is the terminal's foreground group. */
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
	// The shell changes the terminal settings while a job is stopped.
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
