import {safeParse} from 'zod/mini';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {quoted} from '../model/parsed.ts';
import {at, type Located, plainValue, type Spot} from '../syntax/located.ts';
import type {Place, Problem} from '../syntax/problem.ts';
import {extendsSchema} from './files-schema.ts';
import {merge} from './merge.ts';

/** What resolving `extends` needs. */
export interface ExtendsContext {
	/** The tree of another file, with paths as they are from anywhere; undefined if it cannot be read, which is then reported. */
	readonly load: (file: string, place: Place) => Located | undefined;
	readonly report: (problem: Problem) => void;
}

/** Services of a file with what they extend filled in. */
type Done = Map<string, Located>;

/**
 * Fills in what services take from others: Compose Specification, "Extends". A service's own values come after those of the one that it
 * extends, as a later file comes after an earlier one.
 */
export function withExtends(root: Located, context: ExtendsContext): Located {
	const services = at(root, ['services']);
	if (root.kind !== 'map' || services?.kind !== 'map') return root;
	if (![...services.entries.values()].some(service => at(service, ['extends']) !== undefined)) return root;
	const done = new Map<string, Located>();
	const entries = new Map(
		[...services.entries.keys()].map(name => [name, resolved(root, name, context, [], done)] as const),
	);
	return {...root, entries: new Map([...root.entries, ['services', {...services, entries}]])};
}

function resolved(
	root: Located,
	name: string,
	context: ExtendsContext,
	chain: readonly Spot[],
	done: Done = new Map(),
): Located {
	const known = done.get(name) ?? resolve(root, name, context, chain, done);
	done.set(name, known);
	return known;
}

function resolve(root: Located, name: string, context: ExtendsContext, chain: readonly Spot[], done: Done): Located {
	const service = at(root, ['services', name]);
	const link = service && at(service, ['extends']);
	// Whoever asks has looked whether it is there.
	if (service?.kind !== 'map' || link === undefined) return service ?? root;
	const {spot} = link;
	const place: Place = {kind: 'text', source: spot.source, start: spot.start, end: spot.end};
	const fail = (message: string, hint: string): Located => {
		context.report({code: 'E_SPEC_INVALID', place, message, hint});
		return without(service);
	};
	// A file that is read twice has other objects, at the same places.
	if (chain.some(other => other.source.file === service.spot.source.file && other.keyStart === service.spot.keyStart))
		return fail(`${quoted(name)} extends itself`, 'take one `extends` of the circle out');
	const {success, data} = safeParse(extendsSchema, plainValue(link));
	if (!success)
		return fail(
			'`extends` names no service',
			'write `extends: {service: NAME}`, and `file: PATH` for one of another file',
		);
	const {service: wanted, file} = typeof data === 'string' ? {service: data} : data;
	const other = file === undefined ? root : context.load(file, place);
	if (other === undefined) return without(service);
	const names = at(other, ['services']);
	const known = names?.kind === 'map' ? [...names.entries.keys()] : [];
	if (!known.includes(wanted)) {
		const near = didYouMean(wanted, known);
		return fail(
			`there is no service ${quoted(wanted)}${file === undefined ? '' : ` in ${file}`}`,
			near === undefined ? `the services are ${known.join(', ') || 'none'}` : `did you mean ${near}?`,
		);
	}
	const base = resolved(other, wanted, context, [...chain, service.spot], other === root ? done : undefined);
	return merge(base, without(service), ['services', name]);
}

function without(service: Extract<Located, {readonly kind: 'map'}>): Located {
	return {...service, entries: new Map([...service.entries].filter(([key]) => key !== 'extends'))};
}
