import {stringify} from 'yaml';

/** Keys with their values as YAML, in the block style that people write. Ends in a line feed. */
export function yamlText(map: Readonly<Record<string, unknown>>): string {
	return stringify(map, {nullStr: '', lineWidth: 0, indentSeq: true, aliasDuplicateObjects: false});
}

/** A key with its value as YAML on one line. */
export function yamlLine(key: string, value: unknown): string {
	return stringify({[key]: value}, {collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false, nullStr: ''})
		.trim()
		.replace(/^\{(.*)\}$/s, '$1');
}
