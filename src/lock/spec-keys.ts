import type {Origin, Service} from '../spec/model/project.ts';
import {sha256} from './plan-hash.ts';
import {withShownPaths} from './portable.ts';

/** A value that is longer stands as a digest: nobody could compare it by eye. */
const longest = 200;

/** Not what a container is made from: where its values came from, and which of several it is. */
const asideFromIt: readonly string[] = ['origins', 'replica'];

/** Keys whose values are from closed lists, or made of words that the spec need not have as they are: no secret fits in. */
const plainKeys: readonly string[] = [
	'capAdd',
	'capDrop',
	'namespaces',
	'stopSignal',
	'security',
	'root',
	'service',
	'name',
	'hostname',
];
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
	const {environment, ...rest} = withShownPaths({...portable, scale}) as Service & {readonly scale: number};
	const rows = [
		...Object.entries(rest)
			.filter(([key]) => !asideFromIt.includes(key))
			.map(([key, value]) => {
				const isPlain = plainKeys.includes(key) || portable.origins[snake(key)]?.kind === 'default';
				return [snake(key), isPlain || isWritten(value, text) ? shown(value) : hidden(value), value] as const;
			}),
		...Object.entries(environment).map(([name, value]) => {
			const isPlain = isOfFile(portable.origins[`environment.${name}`]) && isWritten(value, text);
			return [`environment.${name}`, isPlain ? shown(value) : hidden(value), value] as const;
		}),
	].toSorted(([one], [other]) => (one < other ? -1 : 1));
	return {
		digest: `sha256:${sha256(JSON.stringify(rows.map(([key, , value]) => [key, value])))}`,
		keys: Object.fromEntries(rows.map(([key, value]) => [key, value])),
	};
}

function snake(key: string): string {
	return key.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

function isOfFile(origin: Origin | undefined): boolean {
	return origin?.kind === 'file' && (origin.variables ?? []).every(({from}) => from === 'default' || from === 'unset');
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
