import {byDefault, entriesOf, map, type Resolved, scalar, textOf} from './resolved.ts';
import {asList, labelMap, sorted, variableMap} from './shapes.ts';

/** The long form of `build`. */
export function canonicalBuild(value: Resolved, {path}: {readonly path: (text: string) => string}): Resolved {
	const text = textOf(value);
	const written = text === undefined ? entriesOf(value) : new Map([['context', value]]);
	if (value.kind === 'list') return value;
	const entries = new Map(written);
	const context = entries.get('context') ?? scalar('.');
	entries.set('context', scalar(pathOf(textOf(context) ?? '.', path), context.origin));
	if (!entries.has('dockerfile') && !entries.has('dockerfile_inline'))
		entries.set('dockerfile', scalar('Dockerfile', byDefault));
	for (const key of ['args', 'labels', 'additional_contexts']) {
		const own = entries.get(key);
		if (own !== undefined) entries.set(key, key === 'args' ? variableMap(own) : labelMap(own));
	}
	for (const key of ['tags', 'cache_from', 'cache_to', 'platforms']) {
		const own = entries.get(key);
		if (own !== undefined) entries.set(key, asList(own));
	}
	return sorted(map(Object.fromEntries(entries), value.origin));
}

/** An address of a repository is no path. */
function pathOf(text: string, path: (text: string) => string): string {
	return /^(?:[a-z][a-z+.-]*:|[^/]+@)/.test(text) ? text : path(text);
}
