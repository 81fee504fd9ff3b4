import {didYouMean} from '../../errors/did-you-mean.ts';
import {bad, good, type Parsed, quoted} from '../../spec/model/parsed.ts';
import {parseSize} from '../../spec/values/size.ts';
import {commaFields} from './comma-fields.ts';

/** A mount that a RUN has while it runs: `--mount` of the Dockerfile reference. */
export interface RunMount {
	readonly type: 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';
	/** Where it is mounted; undefined for the default of a secret and of ssh. */
	readonly target?: string;
	/** bind, cache: a stage, an image, or a named context. The build context by default. */
	readonly from?: string;
	/** bind, cache: the path in `from`. */
	readonly source?: string;
	readonly isReadOnly: boolean;
	/** cache, secret, ssh: its name. */
	readonly id?: string;
	/** cache: whether builds at the same time use it together, wait for it, or get another. */
	readonly sharing: 'shared' | 'private' | 'locked';
	/** secret: the variable that holds it. */
	readonly env?: string;
	/** secret, ssh: whether the build fails when it is not given. */
	readonly isRequired: boolean;
	/** cache, secret, ssh: the permissions and the owner. */
	readonly mode?: number;
	readonly uid?: number;
	readonly gid?: number;
	/** tmpfs: bytes. */
	readonly size?: number;
}

type Draft = {-readonly [K in keyof RunMount]?: RunMount[K]};

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
const sharings = ['shared', 'private', 'locked'] as const;
const aliases: Readonly<Record<string, string>> = {
	src: 'source',
	dst: 'target',
	destination: 'target',
	ro: 'readonly',
	rw: 'readwrite',
};
/** The keys of each type. Source: Dockerfile reference, "RUN --mount". */
const keys: Readonly<Record<RunMount['type'], readonly string[]>> = {
	bind: ['target', 'source', 'from', 'readonly', 'readwrite'],
	cache: ['target', 'id', 'source', 'from', 'readonly', 'readwrite', 'sharing', 'mode', 'uid', 'gid'],
	tmpfs: ['target', 'size', 'readonly', 'readwrite'],
	secret: ['target', 'id', 'source', 'env', 'required', 'mode', 'uid', 'gid', 'readonly', 'readwrite'],
	ssh: ['target', 'id', 'source', 'required', 'mode', 'uid', 'gid', 'readonly', 'readwrite'],
};

/**
 * Reads the text of a `--mount`: `type=cache,target=/root/.cache`. A problem continues the sentence "--mount ...".
 * @param expand fills variables into a value
 */
export function readMount(text: string, expand: (value: string) => string = value => value): Parsed<RunMount> {
	const fields = commaFields(text);
	if (fields === undefined) return bad('has a quote without an end');
	const pairs = fields.map(field => {
		const equals = field.indexOf('=');
		const key = (equals === -1 ? field : field.slice(0, equals)).toLowerCase();
		return {key: aliases[key] ?? key, value: equals === -1 ? undefined : expand(field.slice(equals + 1))};
	});
	const typeText = pairs.find(({key}) => key === 'type')?.value?.toLowerCase() ?? 'bind';
	const type = types.find(name => name === typeText);
	if (type === undefined) return bad(`has the type ${quoted(typeText)}`, oneOf(typeText, types));
	const draft: Draft = {};
	for (const {key, value} of pairs) {
		if (key === 'type') continue;
		if (!keys[type].includes(key)) return bad(`of type ${type} has no key ${quoted(key)}`, oneOf(key, keys[type]));
		const problem = takeKey(draft, key, value);
		if (problem !== undefined) return bad(problem);
	}
	return finish(type, draft);
}

/** Puts a key into the draft; returns what is wrong with its value. */
function takeKey(draft: Draft, key: string, value: string | undefined): string | undefined {
	if (key === 'readonly' || key === 'readwrite' || key === 'required') {
		const isOn = /^(?:1|t|true)$/i.test(value ?? 'true');
		if (!isOn && !/^(?:0|f|false)$/i.test(value ?? ''))
			return `has ${key}=${value ?? ''}, which is neither true nor false`;
		if (key === 'required') draft.isRequired = isOn;
		else draft.isReadOnly = isOn === (key === 'readonly');
		return undefined;
	}
	if (value === undefined) return `has ${quoted(key)} without a value`;
	if (key === 'target' || key === 'source' || key === 'from' || key === 'id' || key === 'env') {
		draft[key] = value;
		return undefined;
	}
	if (key === 'sharing') {
		const sharing = sharings.find(name => name === value.toLowerCase());
		if (sharing === undefined) return `has sharing=${value}, which is none of ${sharings.join(', ')}`;
		draft.sharing = sharing;
	} else if (key === 'size') {
		const size = parseSize(value);
		if (!size.ok) return `has a size that ${size.problem}`;
		draft.size = size.value;
	} else if (key === 'mode') {
		if (!/^[0-7]{1,5}$/.test(value)) return `has mode=${value}, which is not octal`;
		draft.mode = Number.parseInt(value, 8) & 0o7777;
	} else if (key === 'uid' || key === 'gid') {
		if (!/^\d{1,10}$/.test(value) || Number(value) > 4_294_967_294) return `has ${key}=${value}, which is no id`;
		draft[key] = Number(value);
	}
	return undefined;
}

function finish(type: RunMount['type'], draft: Draft): Parsed<RunMount> {
	const needsTarget = type !== 'secret' && type !== 'ssh';
	if (needsTarget && (draft.target ?? '') === '') return bad(`of type ${type} needs a \`target\``);
	if (type === 'secret') {
		// `source` is the older word for `id`.
		if (draft.id !== undefined && draft.source !== undefined)
			return bad('has both `id` and `source`; they mean the same');
		const id = draft.id ?? draft.source ?? draft.target?.split('/').at(-1) ?? draft.env;
		if (id === undefined || id === '') return bad('of type secret needs an `id`');
		delete draft.source;
		draft.id = id;
	}
	if (type === 'cache' && (draft.id ?? '') === '' && draft.target !== undefined) draft.id = draft.target;
	if (type === 'ssh') draft.id ??= 'default';
	const writes = type === 'cache' || type === 'tmpfs';
	return good({sharing: 'shared', isRequired: false, ...draft, type, isReadOnly: draft.isReadOnly ?? !writes});
}

function oneOf(word: string, known: readonly string[]): string {
	const near = didYouMean(word, known);
	return near === undefined
		? `write one of ${known.map(each => `\`${each}\``).join(', ')}`
		: `did you mean \`${near}\`?`;
}
