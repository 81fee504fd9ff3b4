import type * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';
import type {NumberRange} from '../syntax/scalar.ts';
import {shellCommand} from '../syntax/shell-words.ts';
import {parseDuration} from '../values/duration.ts';
import {durationWord, sizeWord} from '../values/shown-values.ts';
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
	readonly show: (value: T) => Shown;
}

/** A {@link Kind} from its three parts. */
export function kind<T, S extends z.ZodMiniType>(
	written: (schemas: Written) => S,
	recorded: (schemas: Recorded) => z.ZodMiniType,
	show: (value: T) => Shown,
): Kind<T, S> {
	return {written, recorded, show};
}

/** What is known of a key beside its values. */
interface About {
	/** What editors and the manual say of it. */
	readonly about: string;
	/** What other tools, and people, call it. */
	readonly also?: readonly string[];
	/** Its values are of closed lists, or made of words that the spec need not have as they are: no secret fits in. */
	readonly isPlain?: true;
	/** It is a matter of the project: a change of it leaves the container as it is. */
	readonly isOfProject?: true;
}

/** One key of a container: its schema, what it decides of a service, and how that is shown. */
export interface Key<F extends Field = never, S extends z.ZodMiniType = z.ZodMiniType> extends About {
	readonly written: (schemas: Written) => S;
	/** For each field that it decides what a record may have there. */
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
	kind: Kind<NonNullable<Service[F]>, S>,
	{fallback, reproducible: fixed, option, ...about}: Reading<NonNullable<Service[F]>>,
): ReadKey<F, S> {
	return keyReadBy(field, kind, {
		...about,
		isOptional: fallback === undefined,
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
	{written, recorded, show}: Kind<NonNullable<Service[F]>, S>,
	{isOptional, ...rest}: About & Pick<ReadKey<F, S>, 'read'> & {readonly isOptional: boolean},
): ReadKey<F, S> {
	const orNothing = (schemas: Recorded) => (isOptional ? schemas.z.optional(recorded(schemas)) : recorded(schemas));
	return {
		...rest,
		written,
		recorded: {[field]: orNothing} as Record<F, typeof orNothing>,
		show: service => {
			const value = service[field];
			return value === undefined ? undefined : show(value as NonNullable<Service[F]>);
		},
	};
}

/** A key that is read along with others. */
export function keyReadApart<F extends Field, S extends z.ZodMiniType>(row: Key<F, S>): Key<F, S> {
	return row;
}

/** Another way to write what other keys decide. */
export function alias<S extends z.ZodMiniType>(row: About & Pick<Key<never, S>, 'written'>): Key<never, S> {
	return {...row, recorded: {}, show: () => undefined};
}

/** `true` or `false`. */
export const flag = kind(
	w => w.flag,
	r => r.z.boolean(),
	(value: boolean) => value,
);

/** A number in a range. */
export function number(range: NumberRange) {
	return kind(
		w => w.number(range),
		r => r.number(range),
		(value: number) => value,
	);
}

/** Bytes, above 0. */
export function size(parse: (text: string | number) => Parsed<number>) {
	return kind(
		w => w.parsedBy(w.sizeText, parse),
		r => r.whole(1),
		sizeWord,
	);
}

/** Milliseconds. */
export const duration = kind(
	w => w.parsedBy(w.durationText, parseDuration),
	r => r.number({min: 0, max: Number.MAX_SAFE_INTEGER, fractions: true}),
	durationWord,
);

/** A text that `parse` understands. */
export function text(parse: (text: string) => Parsed<string>) {
	return kind(
		w => w.parsedBy(w.text, parse),
		r => r.as(parse),
		(value: string) => value,
	);
}

/** A text, or a number, that `parse` understands. */
export function textOrNumber(parse: (text: string | number) => Parsed<string>) {
	return kind(
		w => w.parsedBy(w.textOrNumber, parse),
		r => r.as(parse),
		(value: string) => value,
	);
}

/** One of some words. */
export function oneOf<const T extends readonly string[]>(words: T, error?: string) {
	return kind(
		w => w.z.enum(words, error === undefined ? {} : {error}),
		r => r.z.enum(words),
		(value: T[number]) => value,
	);
}

/** A list of names, which are shown in one line. */
export function names<T extends string, S extends z.ZodMiniType<T>>(entry: Kind<T, S>) {
	return kind(
		w => w.list(entry.written(w)),
		r => r.z.array(entry.recorded(r)),
		showNames,
	);
}

/** `{NAME: value}` or a list of `NAME=value`. */
export function named(recorded: Kind<never>['recorded']) {
	return kind(
		w => w.mapOrList,
		recorded,
		(map: Readonly<Record<string, string>>) => map,
	);
}

/** A list whose entries are shown one by one. */
export function each<T, S extends z.ZodMiniType>(
	written: (schemas: Written) => S,
	recorded: Kind<T>['recorded'],
	word: (entry: T) => string,
) {
	return kind(written, recorded, (list: readonly T[]) => numbered(list.map(word)));
}

/** The words of a list, by their places. */
export function numbered(words: readonly string[]): Shown {
	return Object.fromEntries(words.map((word, index) => [index, word]));
}

/** Names in one line; nothing for an empty list. */
export function showNames(list: readonly string[]): string | undefined {
	return list.length === 0 ? undefined : list.join(', ');
}

/** A command line as a shell would take it; nothing for an empty one. */
export function showCommand(words: readonly string[]): string | undefined {
	return words.length === 0 ? undefined : shellCommand(words);
}
