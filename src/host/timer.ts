/** The longest that one timer of Node waits, ms; a longer one goes off at once. */
const longest = 2 ** 31 - 1;

/**
 * Calls `act` once after so many milliseconds, however many they are; never for Infinity.
 *
 * @param options.keepsAlive - false: the process may end before
 * @returns what calls it off
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

/** Aborts after so many milliseconds, as AbortSignal.timeout does for less than 25 days; never for Infinity. */
export function abortAfter(ms: number): AbortSignal {
	const controller = new AbortController();
	after(ms, () => controller.abort(), {keepsAlive: false});
	return controller.signal;
}

/** Waits so long, however long, or until the signal aborts; never rejects. */
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
