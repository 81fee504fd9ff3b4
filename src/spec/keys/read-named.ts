import {type KeyValue, keyValues} from '../syntax/key-values.ts';
import {quoted} from '../model/parsed.ts';
import type {Picker} from '../syntax/pick.ts';
import type {ServiceInput} from './service-schema.ts';
import {isSysctlName} from '../values/sysctl.ts';

/** The entries of `labels` or `sysctls` by name; reports names and values that can't be. */
export function readNamed(
	list: 'labels' | 'sysctls',
	input: ServiceInput['labels'],
	picker: Picker,
): Readonly<Record<string, string>> {
	const entries = keyValues(input, [list], picker.places);
	for (const entry of entries) {
		picker.noteAt(`${list}.${entry.name}`, entry.path);
		const fault = list === 'sysctls' ? sysctlFault(entry) : labelFault(entry);
		if (fault !== undefined) picker.invalid(picker.places.value(entry.path), fault);
	}
	return Object.fromEntries(entries.map(entry => [entry.name, entry.value ?? '']));
}

function labelFault({name, value}: KeyValue): string | undefined {
	if (name === '') return 'a label needs a name';
	return `${name}${value}`.includes('\0') ? `the label ${quoted(name)} must not hold a NUL byte` : undefined;
}

function sysctlFault({name, value}: KeyValue): string | undefined {
	if (!isSysctlName(name)) return `${quoted(name)} is no name of a kernel parameter`;
	return value === undefined || value === '' || /[\0\r\n]/.test(value)
		? `${quoted(name)} needs a value of one line`
		: undefined;
}
