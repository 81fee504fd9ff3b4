import {isMap, parseDocument} from 'yaml';

/** The keys under `services` of a spec, for shell completion. Skips all checks, and returns none for an unreadable spec. */
export function serviceNames(text: string): readonly string[] {
	const services = parseDocument(text, {logLevel: 'silent'}).get('services');
	return isMap(services) ? services.items.map(({key}) => String(key)) : [];
}
