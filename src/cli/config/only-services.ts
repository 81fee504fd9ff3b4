import {entriesOf, map, type Resolved, textOf} from '../../spec/resolved/resolved.ts';
import {usageError} from '../options/usage-error.ts';

/**
 * The model with these services and what they depend on; all without any.
 *
 * @throws TsboxError E_USAGE for a service that there is not.
 */
export function onlyServices(model: Resolved, named: readonly string[]): Resolved {
	const services = entriesOf(model).get('services');
	if (model.kind !== 'map' || services === undefined || named.length === 0) return model;
	const all = entriesOf(services);
	const strange = named.find(name => !all.has(name));
	if (strange !== undefined)
		throw usageError(`there is no service ${strange}`, {word: strange, known: [...all.keys()]}, 'config');
	const wanted = new Set(named);
	for (const name of wanted) for (const needed of dependenciesOf(all.get(name))) wanted.add(needed);
	const kept = Object.fromEntries([...all].filter(([name]) => wanted.has(name)));
	return {...model, entries: new Map([...model.entries, ['services', map(kept, services.origin)]])};
}

function dependenciesOf(service: Resolved | undefined): readonly string[] {
	const needed = entriesOf(service).get('depends_on');
	if (needed?.kind === 'list') return needed.items.flatMap(item => textOf(item) ?? []);
	return [...entriesOf(needed).keys()];
}
