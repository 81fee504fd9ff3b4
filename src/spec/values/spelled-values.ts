import * as z from 'zod/mini';
import {capabilityNames} from './capability.ts';
import {text, type textOrNumber} from './schema-parts.ts';

/*
 * Texts with a pattern in the JSON Schema, so that an editor marks what the reader would refuse. The reader does not go by
 * it: it has better words for what is wrong.
 */

/** A text with a variable in it may become anything. */
function spelled(pattern: string) {
	const shape = z.clone(text);
	z.globalRegistry.add(shape, {pattern: `\\$|^\\s*(?:${pattern})\\s*$`});
	return shape;
}

function spelledOrNumber(pattern: string) {
	return z.union([spelled(pattern), z.number()], {error: 'must be text or a number'}) as typeof textOrNumber;
}

const size = String.raw`(?:\d+(?:\.\d*)?|\.\d+) ?(?:[bB]|[kKmMgGtTpP](?:[iI]?[bB])?)?`;

/** What parseSize reads. */
export const sizeText = spelledOrNumber(size);

/** What parseSwapSize reads. */
export const swapSizeText = spelledOrNumber(`${size}|-1`);

/** What parseDuration reads. */
export const durationText = spelledOrNumber(String.raw`(?:(?:\d+(?:\.\d+)?|\.\d+)(?:us|ms|s|m|h))+`);

/** What parseCapability reads. JSON Schema knows no expression that ignores case. */
export const capabilityText = spelled(
	`(?:CAP_)?(?:${['ALL', ...capabilityNames].join('|')})`.replaceAll(
		/[A-Z]/g,
		letter => `[${letter}${letter.toLowerCase()}]`,
	),
);
