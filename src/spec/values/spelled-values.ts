import * as z from 'zod/mini';
import {capabilityNames} from './capability.ts';
import {text, type textOrNumber} from './schema-parts.ts';

/*
 * Strings with a pattern in the JSON Schema, so that editors mark invalid values. tsbox itself does not use the patterns,
 * because its parsers report better errors.
 */

/** Adds a pattern that also accepts any text with a variable, because its value is unknown. */
function spelled(pattern: string) {
	const shape = z.clone(text);
	z.globalRegistry.add(shape, {pattern: `\\$|^\\s*(?:${pattern})\\s*$`});
	return shape;
}

function spelledOrNumber(pattern: string) {
	return z.union([spelled(pattern), z.number()], {error: 'must be text or a number'}) as typeof textOrNumber;
}

const size = String.raw`(?:\d+(?:\.\d*)?|\.\d+) ?(?:[bB]|[kKmMgGtTpP](?:[iI]?[bB])?)?`;

/** A string for parseSize. */
export const sizeText = spelledOrNumber(size);

/** A string for parseSwapSize. */
export const swapSizeText = spelledOrNumber(`${size}|-1`);

/** A string for parseDuration. */
export const durationText = spelledOrNumber(String.raw`0+|(?:(?:\d+(?:\.\d+)?|\.\d+)(?:us|ms|s|m|h))+`);

/** A string for parseCapability. JSON Schema has no case-insensitive patterns. */
export const capabilityText = spelled(
	`(?:CAP_)?(?:${['ALL', ...capabilityNames].join('|')})`.replaceAll(
		/[A-Z]/g,
		letter => `[${letter}${letter.toLowerCase()}]`,
	),
);

/** A string for parsePullPolicy. */
export const pullPolicyText = spelled(
	String.raw`always|missing|if_not_present|never|build|refresh|daily|weekly|every_(?:(?:\d+(?:\.\d+)?)(?:w|d|h|m|s|ms|us))+`,
);
