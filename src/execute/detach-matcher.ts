/** Looks for a sequence of keys in what is typed. */
export interface DetachMatcher {
	/** What is to be passed on of these bytes, and whether the sequence was completed: what follows it is dropped. */
	readonly feed: (bytes: Uint8Array) => {readonly pass: Buffer; readonly detached: boolean};
}

/**
 * Finds the detach keys in a stream of bytes. What may be the beginning of the sequence is held back until it is known, so
 * that a container never sees the sequence, and sees the beginning of one that was not completed.
 */
export function detachMatcher(keys: readonly number[]): DetachMatcher {
	let held: number[] = [];
	return {
		feed: bytes => {
			const pass: number[] = [];
			for (const byte of bytes) {
				held.push(byte);
				// After a byte that does not go on, a shorter beginning may still end here: `a,a,b` in `aaab`.
				while (held.some((each, at) => each !== keys[at])) pass.push(held.shift() ?? 0);
				if (held.length === keys.length) return {pass: Buffer.from(pass), detached: true};
			}
			return {pass: Buffer.from(pass), detached: false};
		},
	};
}
