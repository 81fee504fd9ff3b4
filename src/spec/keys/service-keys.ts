import type {Service} from '../model/project.ts';
import {fileKeys} from './files.ts';
import type {Key} from './key.ts';
import {lifecycleKeys} from './lifecycle.ts';
import {limitKeys} from './limits.ts';
import {processKeys} from './process.ts';
import {securityKeys} from './security.ts';

/** All keys of a container, as a spec has them, in the order of the JSON Schema. */
export const serviceKeys = {...processKeys, ...fileKeys, ...limitKeys, ...securityKeys, ...lifecycleKeys};

const rows: readonly (readonly [string, Key])[] = Object.entries(serviceKeys);

/** A value by its dotted key in a spec. */
export interface ConfigValue {
	readonly key: string;
	readonly value: string;
}

/** What a service says, in the words of its spec; what is left open is not there. */
export function configOf(service: Partial<Service>): readonly ConfigValue[] {
	return rows.flatMap(([yaml, {show}]) => {
		const shown = show(service);
		return Object.entries(typeof shown === 'object' ? shown : {'': shown}).flatMap(([name, value]) =>
			value === undefined ? [] : [{key: name === '' ? yaml : `${yaml}.${name}`, value: String(value)}],
		);
	});
}

/** The value that a key has in a service: that of its field, or those of its fields by their names. */
export function valueOf({fields}: Key, service: Partial<Service>): unknown {
	const [field, ...others] = fields;
	if (field === undefined || others.length === 0) return field === undefined ? undefined : service[field];
	return Object.fromEntries(fields.map(each => [each, service[each]]));
}

/** The keys by which the containers of two services differ, in alphabetical order; keys of the project do not count. */
export function changedKeys(before: Partial<Service>, after: Partial<Service>): readonly string[] {
	return rows
		.filter(([, key]) => key.isOfProject !== true)
		.filter(([, key]) => JSON.stringify(valueOf(key, before)) !== JSON.stringify(valueOf(key, after)))
		.map(([yaml]) => yaml)
		.sort();
}
