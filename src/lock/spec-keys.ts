import type {Key} from '../spec/keys/key.ts';
import {serviceKeys, valueOf} from '../spec/keys/service-keys.ts';
import type {Origin, Service} from '../spec/model/project.ts';
import {sha256} from './plan-hash.ts';
import {withShownPaths} from './portable.ts';

/** Each variable has a row of its own. */
const {environment: _environment, ...rest} = serviceKeys;

/** A value that is longer stands as a digest: nobody could compare it by eye. */
const longest = 200;

const plainMembers: readonly string[] = [
	'type',
	'kind',
	'propagation',
	'protocol',
	'condition',
	'permissions',
	'options',
];

/** A resolved service as a lock has it. */
export interface SpecKeys {
	/** `sha256:` and 64 digits. */
	readonly digest: string;
	readonly keys: Readonly<Record<string, unknown>>;
}

/**
 * The keys of a service, as the spec writes them (`mem_limit`, `environment.MODE`), in order. A lock is meant for git: a
 * value stands as it is where the spec's own text has it, else, coming from the environment, a `.env` or an `env_file`, as
 * the beginning of its digest.
 *
 * @param portable - the service of a portable project
 * @param scale - how many containers it has
 * @param text - the spec's text
 */
export function specKeys(portable: Service, scale: number, text: string): SpecKeys {
	const service = withShownPaths(portable) as Service;
	const rows = [
		['name', service.name, service.name] as const,
		['service', service.service, service.service] as const,
		['scale', scale, scale] as const,
		...Object.entries<Key>(rest).flatMap(([name, key]) => {
			const value = valueOf(key, service);
			if (value === undefined) return [];
			const isPlain = key.isPlain === true || portable.origins[name]?.kind === 'default';
			return [[name, isPlain || isWritten(value, text) ? shown(value) : hidden(value), value] as const];
		}),
		...Object.entries(service.environment).map(([name, value]) => {
			const isPlain = isOfFile(portable.origins[`environment.${name}`]) && isWritten(value, text);
			return [`environment.${name}`, isPlain ? shown(value) : hidden(value), value] as const;
		}),
	].toSorted(([one], [other]) => (one < other ? -1 : 1));
	return {
		digest: `sha256:${sha256(JSON.stringify(rows.map(([key, , value]) => [key, value])))}`,
		keys: Object.fromEntries(rows.map(([key, value]) => [key, value])),
	};
}

function isOfFile(origin: Origin | undefined): boolean {
	return (
		origin?.kind === 'file' && (origin.variables ?? []).every(({from}) => from !== 'environment' && from !== '.env')
	);
}

/** Whether all words of a value stand in the spec's text. */
function isWritten(value: unknown, text: string): boolean {
	if (typeof value === 'string') return text.includes(value.replace(/^\.\//, ''));
	if (typeof value !== 'object' || value === null) return true;
	return Object.entries(value).every(
		([key, each]) =>
			(plainMembers.includes(key) || isWritten(each, text)) &&
			// A key of labels or sysctls is written too; one of our own words says nothing.
			(typeof each !== 'string' ||
				Array.isArray(value) ||
				plainMembers.includes(key) ||
				/^[a-zA-Z]+$/.test(key) ||
				text.includes(key)),
	);
}

function shown(value: unknown): unknown {
	return typeof value === 'string' && value.length > longest ? hidden(value) : value;
}

function hidden(value: unknown): string {
	return `sha256:${sha256(JSON.stringify(value)).slice(0, 16)}`;
}
