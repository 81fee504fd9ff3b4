import {didYouMean} from '../errors/did-you-mean.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {quoted} from '../spec/model/parsed.ts';

/** What a value of an option may be. */
export interface Kind<T> {
	/** What is wrong with it, to go on after its name: `must be …`; undefined when nothing is. */
	readonly wrong: (value: unknown) => string | undefined;
	/** The type that it has then; never there. */
	readonly type?: T;
}

/** The options of a call: one kind for each, and the compiler sees that none is missing. */
export type OptionTable<T> = {readonly [K in keyof T]-?: Kind<Exclude<T[K], undefined>>};

/**
 * Refuses options that the call does not have, and values that they can't have. One that is undefined is not given.
 *
 * @param call - what the caller wrote: `pool.run`
 * @throws TsboxError E_USAGE with the name of the option.
 */
export function checkOptions<T>(call: string, table: OptionTable<T>, options: unknown): asserts options is T {
	if (typeof options !== 'object' || options === null || Array.isArray(options))
		throw new TsboxError('E_USAGE', `the options of \`${call}\` must be an object${instead(options)}`);
	const known = Object.keys(table);
	for (const [name, value] of Object.entries(options)) {
		const kind = (table as Readonly<Record<string, Kind<unknown>>>)[name];
		if (kind === undefined || !known.includes(name)) throw unknownOption(call, name, known);
		if (value !== undefined) checkValue(`\`${name}\` of \`${call}\``, kind, value);
	}
}

/**
 * Refuses a value that is not of the kind.
 *
 * @param name - how the message calls it
 * @throws TsboxError E_USAGE.
 */
export function checkValue<T>(name: string, kind: Kind<T>, value: unknown): asserts value is T {
	const wrong = kind.wrong(value);
	if (wrong !== undefined) throw new TsboxError('E_USAGE', `${name} ${wrong}`);
}

function unknownOption(call: string, name: string, known: readonly string[]): TsboxError {
	const near = didYouMean(name, known);
	return new TsboxError('E_USAGE', `\`${call}\` has no option ${quoted(name)}`, {
		hint:
			near === undefined
				? known.length === 0
					? 'it takes none'
					: `it takes ${known.map(each => `\`${each}\``).join(', ')}`
				: `did you mean \`${near}\`?`,
	});
}

/** A kind of all values for which the test holds. */
export function kindOf<T>(words: string, test: (value: unknown) => boolean): Kind<T> {
	return {wrong: value => (test(value) ? undefined : `must be ${words}${instead(value)}`)};
}

/** What a value is, for the end of a sentence; strings and numbers that could be secrets are never asked for here. */
function instead(value: unknown): string {
	if (typeof value === 'string') return `, not the string ${quoted(value)}`;
	if (typeof value === 'number' || typeof value === 'boolean') return `, not ${String(value)}`;
	if (value === null || value === undefined) return `, not ${String(value)}`;
	return `, not ${typeof value === 'function' ? 'a function' : Array.isArray(value) ? 'an array' : 'an object of another kind'}`;
}
