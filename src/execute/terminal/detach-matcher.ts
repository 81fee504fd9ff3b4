/** Finds a key sequence in typed bytes. */
export interface DetachMatcher {
	/** `pass`: the bytes to forward. `detached`: the sequence is complete, and the bytes after it are dropped. */
	readonly feed: (bytes: Uint8Array) => {readonly pass: Buffer; readonly detached: boolean};
}

/**
 * Finds the detach keys in a stream of bytes. Bytes that may begin the sequence are held back until the next byte
 * decides. The container never sees a complete sequence, and sees an incomplete one late.
 */
export function detachMatcher(keys: readonly number[]): DetachMatcher {
	let held: number[] = [];
	return {
		feed: bytes => {
			const pass: number[] = [];
			for (const byte of bytes) {
				held.push(byte);
				// After a mismatch, a shorter prefix of the keys may still end here: `a,a,b` in `aaab`.
				while (held.some((each, at) => each !== keys[at])) pass.push(held.shift() ?? 0);
				if (held.length === keys.length) return {pass: Buffer.from(pass), detached: true};
			}
			return {pass: Buffer.from(pass), detached: false};
		},
	};
}
