/**
 * A value as JSON with the keys of all objects in order, so that equal values give equal texts.
 *
 * @param value text, numbers, lists, and objects; undefined values of an object are as if they were not there
 * @returns as JSON.stringify, whose type leaves it out too, undefined for undefined
 */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_, each: unknown) =>
		typeof each === 'object' && each !== null && !Array.isArray(each)
			? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
			: each,
	);
}
