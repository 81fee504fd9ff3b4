import {isMap, parseDocument} from 'yaml';

/** The keys under `services:` of a spec, for completion: nothing is checked, and what cannot be read has none. */
export function serviceNames(text: string): readonly string[] {
	const services = parseDocument(text, {logLevel: 'silent'}).get('services');
	return isMap(services) ? services.items.map(({key}) => String(key)) : [];
}
