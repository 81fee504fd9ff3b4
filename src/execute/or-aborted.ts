/** What the work gives, or the signal's reason as soon as it aborts: the work then goes on with nobody to hear of it. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const abort = (): void => reject(signal.reason);
		signal.addEventListener('abort', abort, {once: true});
		if (signal.aborted) abort();
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
	});
}
