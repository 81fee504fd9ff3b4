import {createHash} from 'node:crypto';

/**
 * The SHA-256, in hex, of a value of JSON; keys of objects count in any order.
 * @param value text, numbers, lists, and objects; undefined values of an object are as if they were not there
 */
export function digestOf(value: unknown): string {
	return createHash('sha256').update(canonical(value)).digest('hex');
}

/**
 * The key of a row: what it does, to what is below it.
 *
 * @param sources - digests of what it takes files from, where those are not in the inputs
 */
export function cacheKey(below: string, inputs: string, sources: readonly string[] = []): string {
	return digestOf([below, inputs, ...sources]);
}

function canonical(value: unknown): string {
	return JSON.stringify(value, (_, each: unknown) =>
		typeof each === 'object' && each !== null && !Array.isArray(each)
			? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
			: each,
	);
}
