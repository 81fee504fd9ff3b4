/**
 * Settles as `work` does, or rejects with the signal's reason as soon as the signal aborts. The work then continues,
 * and its result is ignored.
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const abort = (): void => reject(signal.reason);
		signal.addEventListener('abort', abort, {once: true});
		if (signal.aborted) abort();
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
	});
}
