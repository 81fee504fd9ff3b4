import type {Picker} from '../syntax/pick.ts';
import {keyValues} from '../syntax/key-values.ts';
import {readVariablesFile, type Variable, type VariablesContext} from '../keys/environment.ts';
import {labelFault} from '../keys/read-named.ts';
import type {ServiceInput} from '../keys/service-schema.ts';

/** Reads `label_file` and `labels`, which win. Source: Compose Specification, `label_file`. */
export function readLabels(
	input: Pick<ServiceInput, 'labels' | 'label_file'>,
	picker: Picker,
	context: VariablesContext,
): Readonly<Record<string, string>> {
	const {places, note, invalid} = picker;
	const labels = new Map<string, Variable>();
	const {label_file: files = []} = input;
	for (const [i, path] of (Array.isArray(files) ? files : [files]).entries()) {
		const at = Array.isArray(files) ? ['label_file', i] : ['label_file'];
		readVariablesFile({path, required: true, format: 'dotenv', at}, picker, context, labels);
	}
	for (const entry of keyValues(input.labels, ['labels'], places)) {
		const {name, value = '', path} = entry;
		const fault = labelFault(entry);
		if (fault !== undefined) invalid(places.value(path), fault);
		labels.set(name, {value, origin: places.origin(path), place: places.value(path)});
	}
	for (const [name, {origin, place}] of labels) note(`labels.${name}`, origin, place);
	return Object.fromEntries([...labels].map(([name, {value}]) => [name, value]));
}
