/** The longest delay of a Node timer, ms; Node fires a longer one at once. */
const longest = 2 ** 31 - 1;

/**
 * Calls `act` once after `ms` milliseconds, with no upper limit; never for Infinity.
 *
 * @param options.keepsAlive - false: the process may end before
 * @returns a function that cancels the call
 */
export function after(
	ms: number,
	act: () => void,
	{keepsAlive = true}: {readonly keepsAlive?: boolean} = {},
): () => void {
	if (ms === Infinity) return () => {};
	const end = performance.now() + ms;
	let timer: NodeJS.Timeout;
	const wait = (left: number): void => {
		timer = setTimeout(() => (left > longest ? wait(end - performance.now()) : act()), Math.min(left, longest));
		if (!keepsAlive) timer.unref();
	};
	wait(ms);
	return () => clearTimeout(timer);
}

/** A signal that aborts after `ms` milliseconds; never for Infinity. AbortSignal.timeout is limited to 25 days. */
export function abortAfter(ms: number): AbortSignal {
	const controller = new AbortController();
	after(ms, () => controller.abort(), {keepsAlive: false});
	return controller.signal;
}

/** Waits `ms` milliseconds, with no upper limit, or until the signal aborts; never rejects. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise(resolve => {
		if (signal.aborted) return resolve();
		const over = (): void => {
			callOff();
			signal.removeEventListener('abort', over);
			resolve();
		};
		const callOff = after(ms, over);
		signal.addEventListener('abort', over, {once: true});
	});
}
