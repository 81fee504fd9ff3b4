/** Checks the form of a parsed JSON value. A schema library would load too slowly here. */
export type Shape = (value: unknown) => boolean;

export const text: Shape = value => typeof value === 'string';
export const count: Shape = value => typeof value === 'number';
export const flag: Shape = value => typeof value === 'boolean';

/** Exactly this value. */
export function exactly(expected: unknown): Shape {
	return value => value === expected;
}

/** The shape, or null. */
export function orNull(shape: Shape): Shape {
	return value => value === null || shape(value);
}

/** One of the shapes. */
export function anyOf(...shapes: readonly Shape[]): Shape {
	return value => shapes.some(shape => shape(value));
}

/** An array whose elements all have the shape. */
export function list(shape: Shape): Shape {
	return value => Array.isArray(value) && value.every(shape);
}

/** An object with any keys whose values all have the shape. */
export function table(shape: Shape): Shape {
	return value => isObject(value) && Object.values(value).every(shape);
}

/** An object with all of these keys. Other keys are allowed: a newer tsbox may have written them. */
export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
	const entries = Object.entries(shapes);
	return value => isObject(value) && entries.every(([key, shape]) => shape(value[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
