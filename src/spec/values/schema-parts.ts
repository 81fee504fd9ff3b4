import * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';
import {parseBoolean} from '../syntax/scalar.ts';

/*
 * The parts from which schemas are built. Every message is a predicate ("must be ..."), because the key is put before it.
 * `zod/mini` starts 14 ms faster than `zod` when bundled.
 */

/** Adds the description and the example that editors show for a key. Copies the schema, because several keys share one. */
export function described<S extends z.ZodMiniType>(about: string, schema: S, example?: unknown): S {
	const copy = z.clone(schema);
	z.globalRegistry.add(copy, {description: about, ...(example !== undefined && {example})});
	return copy;
}

/** An optional key with its description and its example. */
export function key<S extends z.ZodMiniType>(about: string, schema: S, example?: unknown) {
	return z.optional(described(about, schema, example));
}

/** A shape whose value `parse` converts. The JSON Schema shows only the shape. */
export function parsedBy<S extends z.ZodMiniType, T>(shape: S, parse: (input: z.output<S>) => Parsed<T>) {
	return z.pipe(
		shape,
		z.transform((input: z.output<S>, payload) => {
			const parsed = parse(input);
			if (parsed.ok) return parsed.value;
			payload.issues.push({
				code: 'custom',
				message: parsed.problem,
				input,
				...(parsed.hint !== undefined && {params: {hint: parsed.hint}}),
			});
			return z.NEVER;
		}),
	);
}

/** A known key that tsbox refuses. */
export function refuse<S extends z.ZodMiniType>(shape: S, problem: string, hint: string) {
	return parsedBy(shape, (): Parsed<never> => ({ok: false, problem, hint}));
}

/** Any text. Refuses numbers, because YAML reads `1.10` as 1.1. */
export const text = z.string({error: 'must be text'});

/** Text or a number. */
export const textOrNumber = z.union([z.string(), z.number()], {error: 'must be text or a number'});

/** `true` or `false`, or text if it was interpolated. */
export const textOrBoolean = z.union([z.boolean(), z.string()], {error: 'must be `true` or `false`'});

/** A list of text. */
export const texts = z.array(text, {error: 'must be a list'});

/** A value in `environment` and similar maps; null for a name without a value. */
const mappedValue = z.union([z.string(), z.number(), z.boolean(), z.null()], {
	error: 'must be text, a number or a boolean',
});

/** `{NAME: value}` or a list of `NAME=value`. */
export const mapOrList = z.union([z.record(z.string(), mappedValue), texts], {
	error: 'must be a map, or a list of `NAME=value`',
});

/** `extra_hosts`: as {@link mapOrList}, with one address or several for a name. */
export const hosts = z.union(
	[z.record(z.string(), z.union([z.string(), texts], {error: 'must be an address, or a list of them'})), texts],
	{error: 'must be a map, or a list of `NAME=ADDRESS`'},
);

/** `external`: a boolean, or `{name: NAME}` as in Compose files of version 2. `about` describes the name. */
export const external = (about: string, parseName: (text: string) => Parsed<string>) =>
	z.union([parsedBy(textOrBoolean, parseBoolean), z.strictObject({name: key(about, parsedBy(text, parseName))})], {
		error: 'must be `true`, or a map with `name`',
	});
