import {isMap} from '../keys/parse-lenient.ts';
import type {OneOff} from '../keys/request.ts';

type Keys = Readonly<Record<string, unknown>>;

/** The file with what a container of its own has in place of what its service says. */
export function withOneOff(file: Keys, oneOff: OneOff | undefined): Keys {
	const {services} = file;
	if (oneOff === undefined || !isMap(services)) return file;
	const written = services[oneOff.service];
	if (!isMap(written)) return file;
	const added = Object.entries(oneOff.add).map(([key, entries]) => [key, joined(written[key], entries)] as const);
	const service = {...written, ...Object.fromEntries(added), ...oneOff.replace};
	return {...file, services: {...services, [oneOff.service]: service}};
}

function joined(written: unknown, entries: readonly string[]): unknown {
	if (Array.isArray(written)) return [...(written as readonly unknown[]), ...entries];
	if (!isMap(written)) return entries;
	const pairs = entries.map(entry => {
		const at = entry.indexOf('=');
		return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
	});
	return {...written, ...Object.fromEntries(pairs)};
}
