import type * as z from 'zod/mini';
import type {Parsed} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';
import type {RestartPolicy} from '../model/restart.ts';
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

/** The fields of a service that keys set. The other fields identify the container and record origins. */
export type Field = Exclude<keyof Service, 'service' | 'replica' | 'name' | 'origins'>;

type Written = typeof writtenSchemas;
/** The module from which the schemas of recorded values are built. */
export type Recorded = typeof recordedSchemas;
type Word = string | number | boolean | undefined;

/** A value as a spec writes it. A map has a value for each subkey; the empty subkey is the key itself. */
export type Shown = Word | Readonly<Record<string, Word>>;

/** How a type of value is written in a spec, recorded, and shown. The schemas are created lazily. */
export interface Kind<T, S extends z.ZodMiniType = z.ZodMiniType> {
	readonly written: (schemas: Written) => S;
	readonly recorded: (schemas: Recorded) => z.ZodMiniType;
	/** Without this function the value is shown unchanged. */
	readonly show?: (value: T) => Shown;
}

/** The description of a key. */
interface About {
	/** The description in editors and in the manual. */
	readonly about: string;
	/** A value to begin with, as YAML has it: for editors, the documentation and `tsbox explain`. */
	readonly example: unknown;
	/** Other keys that the example needs. */
	readonly exampleWith?: Readonly<Record<string, unknown>>;
	/** Other names for the key in other tools and in everyday use, for hints. */
	readonly also?: readonly string[];
	/** The values come from closed lists or are derived, so that they cannot hold a secret. */
	readonly isPlain?: true;
	/** Other keys, dotted. If the spec sets one of them, the default from the configuration is not used. */
	readonly decidedBy?: readonly string[];
	/** The key concerns the project: changing it does not change the container. */
	readonly isOfProject?: true;
}

/** A key of a container: its schema, the service fields that it sets, and how they are shown. */
export interface Key<F extends Field = never, S extends z.ZodMiniType = z.ZodMiniType> extends About {
	readonly written: (schemas: Written) => S;
	/** The schema of each field that the key sets, for records. Empty if the key is another spelling of other keys. */
	readonly recorded: Readonly<Record<F, (schemas: Recorded) => z.ZodMiniType>>;
	readonly show: (service: Partial<Service>) => Shown;
	/** The key's part of a field that several keys set. Without this function the value is that of the fields. */
	readonly value?: (service: Partial<Service>) => unknown;
}

/** A limit that several keys have. */
export type LimitWord = 'memory' | 'cpus' | 'pids' | 'reservation';

/** A limit as another key has it. */
export interface OtherLimit {
	readonly value: number;
	/** Where it stands in the service. */
	readonly path: readonly string[];
}

/** What reading a key needs. */
export interface ReadContext {
	readonly picker: Picker;
	readonly options: SpecOptions;
	readonly reproducible: boolean;
	/** What other keys say of a limit: those of `deploy.resources`, and `cpu_quota`. */
	readonly limits: Readonly<Partial<Record<LimitWord, OtherLimit>>>;
	/** `deploy.restart_policy`, which counts before `restart`. */
	readonly restartPolicy: RestartPolicy | undefined;
}

/** A key that alone sets one field. */
export interface ReadKey<F extends Field, S extends z.ZodMiniType> extends Key<F, S> {
	readonly read: (
		written: z.output<S> | undefined,
		name: string,
		context: ReadContext,
	) => Service[F] | null | undefined;
}

interface Reading<T> extends About {
	/** The value if the spec does not set the key. Without a fallback the field stays unset. */
	readonly fallback?: T;
}

interface PlainReading<T> extends Reading<T> {
	/** The value with `reproducible: true` if the spec does not set the key. */
	readonly reproducible?: T;
	/** The command-line option that overrides the spec. */
	readonly option?: {
		readonly name: string;
		readonly given: (options: SpecOptions) => T | undefined;
		readonly parse?: (text: T & string) => Parsed<T & string>;
	};
}

/** A key whose schema output is the value of a field. */
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

/** A key whose schema output `read` converts to the value of a field. */
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

/** A key that is read together with other keys. */
export function row<S extends z.ZodMiniType, F extends Field = never>(
	row: About & Pick<Key<F, S>, 'written'> & Partial<Pick<Key<F, S>, 'recorded' | 'show' | 'value'>>,
): Key<F, S> {
	return {recorded: {} as Key<F>['recorded'], show: () => undefined, ...row};
}

/** Declares a kind that several keys share. */
export function kind<T, S extends z.ZodMiniType>(kind: Kind<T, S>): Kind<T, S> {
	return kind;
}

/** A kind that `parse` produces from a shape. */
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

/** A duration in milliseconds. */
export const duration = kind({
	written: w => w.parsedBy(w.durationText, parseDuration),
	recorded: r => r.milliseconds,
	show: durationWord,
});

/** One word of a closed list. */
export function oneOf<const T extends readonly string[]>(words: T, error?: string) {
	return kind({
		written: w => w.oneOf(words, error === undefined ? {} : {error}),
		recorded: r => r.oneOf(words),
	});
}

/** A list of names, shown on one line. */
export function names<S extends z.ZodMiniType<string>>({written, recorded}: Omit<Kind<never, S>, 'show'>) {
	return kind({written: w => w.list(written(w)), recorded: r => r.array(recorded(r)), show: showNames});
}

/** Shows a list as a map from index to entry. */
export function numbered(words: readonly string[]): Shown {
	return Object.fromEntries(words.entries());
}

/** Joins names on one line; undefined for an empty list. */
export function showNames(list: readonly string[]): string | undefined {
	return list.length === 0 ? undefined : list.join(', ');
}

/** A command line with shell quoting; undefined for an empty one. */
export function showCommand(words: readonly string[]): string | undefined {
	return words.length === 0 ? undefined : shellCommand(words);
}
