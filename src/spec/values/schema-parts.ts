import * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';

/*
 * The pieces that the schemas are built from. Every message is a predicate ("must be ..."), for the reader puts the key
 * before it. `zod/mini` and not `zod`: bundled, it starts 14 ms sooner.
 */

/** A copy of the schema with the sentence that editors show for its key; a copy, for many keys share a shape. */
export function described<S extends z.ZodMiniType>(about: string, schema: S): S {
	const copy = z.clone(schema);
	z.globalRegistry.add(copy, {description: about});
	return copy;
}

/** An optional key with its description. */
export function key<S extends z.ZodMiniType>(about: string, schema: S) {
	return z.optional(described(about, schema));
}

/** A shape that `parse` then understands; the JSON Schema shows the shape only. */
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

/** A shape that is known and not taken. */
export function refuse<S extends z.ZodMiniType>(shape: S, problem: string, hint: string) {
	return parsedBy(shape, (): Parsed<never> => ({ok: false, problem, hint}));
}

/** Any text. A number is refused: YAML would read `1.10` as 1.1. */
export const text = z.string({error: 'must be text'});

/** Text or a number. */
export const textOrNumber = z.union([z.string(), z.number()], {error: 'must be text or a number'});

/** `true` or `false`, or text for an interpolated one. */
export const textOrBoolean = z.union([z.boolean(), z.string()], {error: 'must be `true` or `false`'});

/** A list of text. */
export const texts = z.array(text, {error: 'must be a list'});

/** What `environment` and its like hold behind a name; null stands for no value. */
const mappedValue = z.union([z.string(), z.number(), z.boolean(), z.null()], {
	error: 'must be text, a number or a boolean',
});

/** `{NAME: value}` or a list of `NAME=value`. */
export const mapOrList = z.union([z.record(z.string(), mappedValue), texts], {
	error: 'must be a map, or a list of `NAME=value`',
});
