import * as z from 'zod/mini';

/* Forms that the members of a bundle's configuration have in common. */

// Compiled checks pay for themselves with many values. An engine waits for one.
z.config({jitless: true});

/** Any text. */
export const text = z.string();
/** A number without a fraction. */
export const whole = z.number().check(z.refine(value => Number.isInteger(value), {error: 'must be a whole number'}));
/** A whole number from zero on. */
export const count = whole.check(z.gte(0));
/** A user or group id. */
export const id = count.check(z.lte(4_294_967_295));
/** A path from the root. */
export const absolute = text.check(
	z.refine(path => path.startsWith('/') && !path.includes('\0'), {error: 'must be an absolute path'}),
);
/** A text that can be an argument of execve(2). */
export const noNul = text.check(z.refine(value => !value.includes('\0'), {error: 'must not contain a NUL byte'}));

/** A member that may be missing, or null. */
export const maybe = <T extends z.ZodMiniType>(inner: T) =>
	z.pipe(
		z.optional(z.nullable(inner)),
		z.transform(value => value ?? undefined),
	);
/** A list that may be missing, or null: what encoders of Go write for an empty one. */
export const list = <T extends z.ZodMiniType>(inner: T) =>
	z.pipe(
		z.optional(z.nullable(z.array(inner))),
		z.transform(value => value ?? []),
	);
/** The same for a map. */
export const record = <T extends z.ZodMiniType>(inner: T) =>
	z.pipe(
		z.optional(z.nullable(z.record(text, inner))),
		z.transform(value => value ?? {}),
	);
/** One of some words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
	z.enum(words, {error: `must be one of ${words.join(', ')}`});
