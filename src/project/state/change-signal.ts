/** Notifies all waiters of a change. */
export interface ChangeSignal {
	readonly changed: () => void;
	/** Settles at the next change, or when the signal aborts. */
	readonly nextChange: (signal: AbortSignal) => Promise<void>;
}

/** Makes a {@link ChangeSignal}. */
export function changeSignal(): ChangeSignal {
	const waiting = new Set<() => void>();
	return {
		changed: () => {
			for (const wake of waiting) wake();
		},
		nextChange: signal =>
			new Promise(resolve => {
				const wake = (): void => {
					waiting.delete(wake);
					signal.removeEventListener('abort', wake);
					resolve();
				};
				waiting.add(wake);
				if (signal.aborted) wake();
				else signal.addEventListener('abort', wake, {once: true});
			}),
	};
}
