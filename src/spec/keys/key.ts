import type {Service} from '../model/project.ts';
import {shellCommand} from '../syntax/shell-words.ts';
import {durationWord, sizeWord} from '../values/shown-values.ts';

/** What of a service its keys decide; the rest says which container it is, and where its values came from. */
export type Field = Exclude<keyof Service, 'service' | 'replica' | 'name' | 'origins'>;

type Word = string | number | boolean | undefined;

/** A value in the words of the spec; a map has one for each key below it, the key itself is the empty one. */
export type Shown = Word | Readonly<Record<string, Word>>;

/** How a value of one type is shown. */
export interface Kind<T> {
	readonly show: (value: T) => Shown;
}

/** What is known of a key beside its values. */
interface Remarks {
	/** Its values are of closed lists, or made of words that the spec need not have as they are: no secret fits in. */
	readonly isPlain?: true;
	/** It is a matter of the project: a change of it leaves the container as it is. */
	readonly isOfProject?: true;
}

/** One key of a container: what it decides of a service, and how that is shown. */
export interface Key<F extends Field = Field> extends Remarks {
	readonly fields: readonly F[];
	readonly show: (service: Partial<Service>) => Shown;
}

/** A key that decides one field. */
export function key<F extends Field>(field: F, kind: Kind<NonNullable<Service[F]>>, remarks: Remarks = {}): Key<F> {
	return {
		fields: [field],
		show: service => {
			const value = service[field];
			return value === undefined ? undefined : kind.show(value as NonNullable<Service[F]>);
		},
		...remarks,
	};
}

/** A key that decides several fields. */
export function keyOf<F extends Field>(fields: readonly F[], show: Key['show'], remarks: Remarks = {}): Key<F> {
	return {fields, show, ...remarks};
}

/** Another way to write what a key of its own decides. */
export const alias: Key<never> = {fields: [], show: () => undefined};

/** Text, a number or a boolean. */
export const plain: Kind<string | number | boolean> = {show: value => value};

/** Bytes. */
export const size: Kind<number> = {show: sizeWord};

/** Milliseconds. */
export const duration: Kind<number> = {show: durationWord};

/** A command line. */
export const command: Kind<readonly string[]> = {
	show: words => (words.length === 0 ? undefined : shellCommand(words)),
};

/** A list of names. */
export const names: Kind<readonly string[]> = {show: list => (list.length === 0 ? undefined : list.join(', '))};

/** A map of names and texts. */
export const texts: Kind<Readonly<Record<string, string>>> = {show: map => map};

/** A list whose entries are shown one by one. */
export function each<T>(word: (entry: T) => string): Kind<readonly T[]> {
	return {show: list => Object.fromEntries(list.map((entry, index) => [index, word(entry)]))};
}
