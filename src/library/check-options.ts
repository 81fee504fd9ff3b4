import {didYouMean} from '../errors/did-you-mean.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {quoted} from '../spec/model/parsed.ts';

/** A check of an option's value. */
export interface Kind<T> {
	/** The problem, phrased to follow the option's name (`must be …`); undefined for a valid value. */
	readonly wrong: (value: unknown) => string | undefined;
	/** Carries the type of a valid value. It exists for the compiler only. */
	readonly type?: T;
}

/** The options of a call and the check of each. The compiler reports a missing one. */
export type OptionTable<T> = {readonly [K in keyof T]-?: Kind<Exclude<T[K], undefined>>};

/**
 * Refuses unknown options and invalid values. An option that is `undefined` counts as not given.
 *
 * @param call - the call as the user wrote it, such as `pool.run`
 * @throws TsboxError E_USAGE, naming the option.
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
 * Refuses an invalid value.
 *
 * @param name - the name of the value in the message
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
					? 'it takes no options'
					: `it takes ${known.map(each => `\`${each}\``).join(', ')}`
				: `did you mean \`${near}\`?`,
	});
}

/** A check that accepts the values for which `test` holds. */
export function kindOf<T>(words: string, test: (value: unknown) => boolean): Kind<T> {
	return {wrong: value => (test(value) ? undefined : `must be ${words}${instead(value)}`)};
}

/** Describes a wrong value for the end of a message. Never call it for a value that could be a secret. */
function instead(value: unknown): string {
	if (typeof value === 'string') return `, not the string ${quoted(value)}`;
	if (typeof value === 'number' || typeof value === 'boolean') return `, not ${String(value)}`;
	if (value === null || value === undefined) return `, not ${String(value)}`;
	return `, not ${typeof value === 'function' ? 'a function' : Array.isArray(value) ? 'an array' : 'an object of another kind'}`;
}
