import {createHash} from 'node:crypto';
import {canonicalJson} from '../../spec/syntax/canonical-json.ts';

/**
 * The SHA-256, in hex, of a value as {@link canonicalJson} writes it.
 */
export function digestOf(value: unknown): string {
	return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * The key of a row: what it does, to what is below it.
 *
 * @param sources - digests of what it takes files from, where those are not in the inputs
 */
export function cacheKey(below: string, inputs: string, sources: readonly string[] = []): string {
	return digestOf([below, inputs, ...sources]);
}
