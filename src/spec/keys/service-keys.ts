import type * as z from 'zod/mini';
import type {Service} from '../model/project.ts';
import {canonicalJson} from '../syntax/canonical-json.ts';
import {fileKeys} from './files.ts';
import type {Field, Key, ReadContext, ReadKey, Recorded} from './key.ts';
import {lifecycleKeys} from './lifecycle.ts';
import {limitKeys} from './limits.ts';
import {networkKeys} from './network.ts';
import {processKeys} from './process.ts';
import {securityKeys} from './security.ts';

/** All keys of a container in a spec, in the order of the JSON Schema. */
export const serviceKeys = {
	...processKeys,
	...fileKeys,
	...networkKeys,
	...limitKeys,
	...securityKeys,
	...lifecycleKeys,
};

/** Type of {@link serviceKeys}. */
export type ServiceKeys = typeof serviceKeys;

const rows: readonly (readonly [string, Key])[] = Object.entries(serviceKeys);

/** The keys whose change makes a different container, with their names. Keys of the project are left out. */
export const ownKeys: readonly (readonly [string, Key])[] = rows.filter(([, key]) => key.isOfProject !== true);

type FieldsOf<Rows> = {[K in keyof Rows]: Rows[K] extends {recorded: infer R} ? keyof R : never}[keyof Rows];
type ReadFields = {
	[K in keyof ServiceKeys]: ServiceKeys[K] extends {read: unknown} ? keyof ServiceKeys[K]['recorded'] : never;
}[keyof ServiceKeys];

/** Reads all fields of a service that a single key sets. */
export function readKeys(input: Readonly<Record<string, unknown>>, context: ReadContext): Pick<Service, ReadFields> {
	const values = Object.entries(serviceKeys).flatMap(([name, row]) => {
		if (!('read' in row)) return [];
		const {recorded, read} = row as ReadKey<Field, z.ZodMiniType>;
		const value = read(input[name], name, context) ?? undefined;
		return value === undefined ? [] : Object.keys(recorded).map(field => [field, value] as const);
	});
	return Object.fromEntries(values) as Pick<Service, ReadFields>;
}

/** The schema of each field that a key sets, for records. */
export function recordedFields(schemas: Recorded): Readonly<Record<FieldsOf<ServiceKeys>, z.ZodMiniType>> {
	const all = rows.flatMap(([, {recorded}]) =>
		Object.entries<(r: Recorded) => z.ZodMiniType>(recorded).map(([field, make]) => [field, make(schemas)]),
	);
	return Object.fromEntries(all) as Record<FieldsOf<ServiceKeys>, z.ZodMiniType>;
}

/** A value by its dotted key in a spec. */
export interface ConfigValue {
	readonly key: string;
	readonly value: string;
}

/** The values of a service as a spec writes them, without unset values. */
export function configOf(service: Partial<Service>): readonly ConfigValue[] {
	return rows.flatMap(([yaml, {show}]) => {
		const shown = show(service);
		return Object.entries(typeof shown === 'object' ? shown : {'': shown}).flatMap(([name, value]) =>
			value === undefined ? [] : [{key: name === '' ? yaml : `${yaml}.${name}`, value: String(value)}],
		);
	});
}

/** The value of a key in a service: the value of its field, or a map if the key sets several fields. */
export function valueOf({recorded, value}: Key, service: Partial<Service>): unknown {
	if (value !== undefined) return value(service);
	const fields = Object.keys(recorded) as Field[];
	const [field, ...others] = fields;
	if (field === undefined || others.length === 0) return field === undefined ? undefined : service[field];
	return Object.fromEntries(fields.map(each => [each, service[each]]));
}

/** The keys whose change makes a different container, in alphabetical order. Keys of the project are left out. The order in a map is no change. */
export function changedKeys(before: Partial<Service>, after: Partial<Service>): readonly string[] {
	return ownKeys
		.filter(([, key]) => canonicalJson(valueOf(key, before)) !== canonicalJson(valueOf(key, after)))
		.map(([yaml]) => yaml)
		.sort();
}
