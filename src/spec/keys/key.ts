import type * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';
import {numberIn, type NumberRange, parseBoolean} from '../syntax/scalar.ts';
import {shellCommand} from '../syntax/shell-words.ts';
import {parseDuration} from '../values/duration.ts';
import type * as schemaParts from '../values/schema-parts.ts';
import {durationWord} from '../values/shown-values.ts';
import type * as spelledValues from '../values/spelled-values.ts';
import {fixedPick} from './reproducible.ts';
import type * as recordedSchemas from './recorded-schemas.ts';
import type {SpecOptions} from './request.ts';
import type * as writtenSchemas from './written-schemas.ts';

/** What of a service its keys decide; the rest says which container it is, and where its values came from. */
export type Field = Exclude<keyof Service, 'service' | 'replica' | 'name' | 'origins'>;

type Written = typeof writtenSchemas;
/** What the schemas of recorded values are made from. */
export type Recorded = typeof recordedSchemas;
type Word = string | number | boolean | undefined;

/** A value in the words of the spec; a map has one for each key below it, the key itself is the empty one. */
export type Shown = Word | Readonly<Record<string, Word>>;

/** A type of value: as a spec writes it, as a record has it, and as it is shown. The schemas are made when they are asked for. */
export interface Kind<T, S extends z.ZodMiniType = z.ZodMiniType> {
	readonly written: (schemas: Written) => S;
	readonly recorded: (schemas: Recorded) => z.ZodMiniType;
	/** Without it the value is shown as it is. */
	readonly show?: (value: T) => Shown;
}

/** What is known of a key beside its values. */
interface About {
	/** What editors and the manual say of it. */
	readonly about: string;
	/** What other tools, and people, call it. */
	readonly also?: readonly string[];
	/** Its values are of closed lists, or made of words that the spec need not have as they are: no secret fits in. */
	readonly isPlain?: true;
	/** Other keys, dotted: where a spec has one of them, the default of the configuration is not used. */
	readonly decidedBy?: readonly string[];
	/** It is a matter of the project: a change of it leaves the container as it is. */
	readonly isOfProject?: true;
}

/** One key of a container: its schema, what it decides of a service, and how that is shown. */
export interface Key<F extends Field = never, S extends z.ZodMiniType = z.ZodMiniType> extends About {
	readonly written: (schemas: Written) => S;
	/** What a record may have in each field that it decides; none where it is another way to write what other keys decide. */
	readonly recorded: Readonly<Record<F, (schemas: Recorded) => z.ZodMiniType>>;
	readonly show: (service: Partial<Service>) => Shown;
}

/** What a key is read with. */
export interface ReadContext {
	readonly picker: Picker;
	readonly options: SpecOptions;
	readonly reproducible: boolean;
	/** `deploy.resources.limits`. */
	readonly deployed: {
		readonly memory?: number | undefined;
		readonly cpus?: number | undefined;
		readonly pids?: number | undefined;
	};
}

/** A key that decides one field by itself. */
export interface ReadKey<F extends Field, S extends z.ZodMiniType> extends Key<F, S> {
	readonly read: (
		written: z.output<S> | undefined,
		name: string,
		context: ReadContext,
	) => Service[F] | null | undefined;
}

interface Reading<T> extends About {
	/** The value where the spec says nothing; without one the field is left open. */
	readonly fallback?: T;
}

interface PlainReading<T> extends Reading<T> {
	/** The value of `reproducible: true` where the spec says nothing. */
	readonly reproducible?: T;
	/** The option of the command line that wins over the spec. */
	readonly option?: {
		readonly name: string;
		readonly given: (options: SpecOptions) => T | undefined;
		readonly parse?: (text: T & string) => Parsed<T & string>;
	};
}

/** A key whose value is that of a field, once its schema has taken it. */
export function key<F extends Field, S extends z.ZodMiniType<Service[F] | null>>(
	field: F,
	{reproducible: fixed, option, ...rest}: Kind<NonNullable<Service[F]>, S> & PlainReading<NonNullable<Service[F]>>,
): ReadKey<F, S> {
	const {fallback} = rest;
	return keyReadBy(field, {
		...rest,
		read: (written, name, {picker, options, reproducible}) => {
			const value = (written ?? undefined) as Service[F] | undefined;
			const given = option?.given(options);
			if (option === undefined || given === undefined)
				return fixedPick(picker, reproducible)(name, value, fixed, fallback);
			const parsed = option.parse?.(given as NonNullable<Service[F]> & string);
			if (parsed === undefined || parsed.ok)
				return picker.override(option.name, parsed?.value ?? given, name, value, fallback);
			picker.invalid({kind: 'option', option: option.name}, `it ${parsed.problem}`, parsed.hint);
			return picker.pick(name, value, fallback);
		},
	});
}

/** A key whose value becomes that of a field by `read`. */
export function keyReadBy<F extends Field, S extends z.ZodMiniType>(
	field: F,
	row: Kind<NonNullable<Service[F]>, S> & Reading<NonNullable<Service[F]>> & Pick<ReadKey<F, S>, 'read'>,
): ReadKey<F, S> {
	const {fallback, recorded, show = value => value as Shown, ...rest} = row;
	const inRecord = (schemas: Recorded) =>
		fallback === undefined ? schemas.optional(recorded(schemas)) : recorded(schemas);
	return {
		...rest,
		recorded: {[field]: inRecord} as Record<F, typeof inRecord>,
		show: ({[field]: value}) => (value === undefined ? undefined : show(value as NonNullable<Service[F]>)),
	};
}

/** A key that is read along with others. */
export function row<S extends z.ZodMiniType, F extends Field = never>(
	row: About & Pick<Key<F, S>, 'written'> & Partial<Pick<Key<F, S>, 'recorded' | 'show'>>,
): Key<F, S> {
	return {recorded: {} as Key<F>['recorded'], show: () => undefined, ...row};
}

/** A kind that several keys have. */
export function kind<T, S extends z.ZodMiniType>(kind: Kind<T, S>): Kind<T, S> {
	return kind;
}

/** What `parse` makes of a shape. */
export function parsed<I, T extends Word>(
	shape: (shapes: typeof schemaParts & typeof spelledValues) => z.ZodMiniType<I>,
	parse: (written: I) => Parsed<T>,
	show: (value: NonNullable<T>) => Shown = value => value,
): Kind<NonNullable<T>, z.ZodMiniType<T>> {
	return {
		written: w => w.parsedBy<z.ZodMiniType<I>, T>(shape(w), parse),
		recorded: r => r.parsedAs<z.ZodMiniType<I>>(shape(r), parse),
		show,
	};
}

/** `true` or `false`. */
export const flag = parsed(s => s.textOrBoolean, parseBoolean);

/** A number in a range. */
export function number(range: NumberRange) {
	return parsed(s => s.textOrNumber, numberIn(range));
}

/** Milliseconds. */
export const duration = kind({
	written: w => w.parsedBy(w.durationText, parseDuration),
	recorded: r => r.milliseconds,
	show: durationWord,
});

/** One of some words. */
export function oneOf<const T extends readonly string[]>(words: T, error?: string) {
	return kind({
		written: w => w.oneOf(words, error === undefined ? {} : {error}),
		recorded: r => r.oneOf(words),
	});
}

/** A list of names, which are shown in one line. */
export function names<S extends z.ZodMiniType<string>>({written, recorded}: Omit<Kind<never, S>, 'show'>) {
	return kind({written: w => w.list(written(w)), recorded: r => r.array(recorded(r)), show: showNames});
}

/** The words of a list, by their places. */
export function numbered(words: readonly string[]): Shown {
	return Object.fromEntries(words.entries());
}

/** Names in one line; nothing for an empty list. */
export function showNames(list: readonly string[]): string | undefined {
	return list.length === 0 ? undefined : list.join(', ');
}

/** A command line as a shell would take it; nothing for an empty one. */
export function showCommand(words: readonly string[]): string | undefined {
	return words.length === 0 ? undefined : shellCommand(words);
}
