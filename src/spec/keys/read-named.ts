import {type KeyValue, keyValues} from '../syntax/key-values.ts';
import {quoted} from '../model/parsed.ts';
import {isSysctlName} from '../values/sysctl.ts';
import type {ReadContext} from './key.ts';

/** Reads the entries of `labels` or `sysctls` by name; `faultOf` describes what is wrong with an entry. */
export function readNamed(
	written: Parameters<typeof keyValues>[0],
	list: string,
	{picker}: ReadContext,
	faultOf: (entry: KeyValue) => string | undefined,
): Readonly<Record<string, string>> {
	const entries = keyValues(written, [list], picker.places);
	for (const entry of entries) {
		picker.noteAt(`${list}.${entry.name}`, entry.path);
		const fault = faultOf(entry);
		if (fault !== undefined) picker.invalid(picker.places.value(entry.path), fault);
	}
	return Object.fromEntries(entries.map(entry => [entry.name, entry.value ?? '']));
}

/** Describes what is wrong with a label; undefined for a valid one. */
export function labelFault({name, value}: KeyValue): string | undefined {
	if (name === '') return 'a label needs a name';
	return `${name}${value}`.includes('\0') ? `the label ${quoted(name)} must not hold a NUL byte` : undefined;
}

/** Describes what is wrong with a kernel parameter; undefined for a valid one. */
export function sysctlFault({name, value}: KeyValue): string | undefined {
	if (!isSysctlName(name)) return `${quoted(name)} is no name of a kernel parameter`;
	return value === undefined || value === '' || /[\0\r\n]/.test(value)
		? `${quoted(name)} needs a value of one line`
		: undefined;
}
