import {didYouMean} from '../../errors/did-you-mean.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {BindVolume, VolumeMount} from '../model/project.ts';
import {parseSize} from './size.ts';

/** The propagation types of a bind mount; mount_namespaces(7). */
export const propagations = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'] as const;

/** The options of a bind mount's short form. */
export interface BindOptions {
	readonly readOnly: boolean;
	readonly propagation: BindVolume['propagation'];
}

/** The options of a tmpfs; `size` in bytes, `mode` as permission bits. */
export interface TmpfsOptions {
	readonly readOnly: boolean;
	readonly size?: number;
	readonly mode?: number;
	readonly options: readonly string[];
}

/** Options for SELinux, which are accepted without effect. */
export const labelWords: readonly string[] = ['z', 'Z'];
/** Options for caches of virtual machines, which are accepted without effect. */
export const cacheWords: readonly string[] = ['cached', 'delegated', 'consistent'];
const idleVolumeOptions = [...labelWords, ...cacheWords];

/** Compose options that tsbox does not support, with the reason and an alternative. */
const refused: Readonly<Record<string, string>> = {
	nocopy: 'is for named volumes; a folder of the host is never filled',
};

/** The words of the options of a short form that Compose passes over, as it does with all that it does not know. */
export function otherOptions(options: string, isVolume: boolean): readonly string[] {
	const known: readonly string[] = ['', 'ro', 'rw', ...idleVolumeOptions, ...(isVolume ? ['nocopy'] : propagations)];
	return options.split(',').filter(word => !known.includes(word));
}

/** Parses the options of a bind mount's short form: `ro`, `rw`, and a propagation type. Some have no effect. Refuses all others. */
export function parseBindOptions(text: string): Parsed<BindOptions> {
	let access: 'ro' | 'rw' | undefined;
	let propagation: BindOptions['propagation'] | undefined;
	for (const word of text.split(',')) {
		if (idleVolumeOptions.includes(word)) continue;
		const spread = propagations.find(name => name === word);
		const why = Object.hasOwn(refused, word) ? refused[word] : undefined;
		if (why !== undefined) return bad(`has the option ${quoted(word)}, which ${why}`);
		if (word === 'ro' || word === 'rw') {
			if (access !== undefined) return bad(`has both ${quoted(access)} and ${quoted(word)}`, 'keep one of them');
			access = word;
		} else if (spread !== undefined) {
			if (propagation !== undefined) return bad('has two propagations', 'keep one of them');
			propagation = spread;
		} else {
			return unknownOption(word, ['ro', 'rw', ...propagations]);
		}
	}
	return good({readOnly: access === 'ro', propagation: propagation ?? 'rprivate'});
}

/** Parses the options of a named volume's short form: `ro`, `rw`, and `nocopy`. Refuses all others. */
export function parseVolumeOptions(text: string): Parsed<Pick<VolumeMount, 'readOnly' | 'nocopy'>> {
	const words = text.split(',').filter(word => !idleVolumeOptions.includes(word));
	for (const word of words) {
		const why = word !== 'nocopy' && Object.hasOwn(refused, word) ? refused[word] : undefined;
		if (why !== undefined) return bad(`has the option ${quoted(word)}, which ${why}`);
		if (propagations.some(name => name === word))
			return bad(`has the option ${quoted(word)}, which is for a folder of the host`, 'take it out');
		if (!['ro', 'rw', 'nocopy'].includes(word)) return unknownOption(word, ['ro', 'rw', 'nocopy']);
	}
	if (words.includes('ro') && words.includes('rw')) return bad('has both `ro` and `rw`', 'keep one of them');
	return good({readOnly: words.includes('ro'), nocopy: words.includes('nocopy')});
}

const flagPairs = [
	['ro', 'rw'],
	['exec', 'noexec'],
	['suid', 'nosuid'],
	['dev', 'nodev'],
] as const;

/** Parses the options of a tmpfs: `size=`, `mode=`, `uid=`, `gid=`, and four flags of mount(8). Refuses all others. */
export function parseTmpfsOptions(text: string): Parsed<TmpfsOptions> {
	const seen = new Set<string>();
	const options: string[] = [];
	let size: number | undefined;
	let mode: number | undefined;
	for (const word of text.split(',')) {
		const [name, value] = splitOnce(word);
		const pair = flagPairs.find(([on, off]) => on === word || off === word);
		const key = pair?.[0] ?? name;
		if (seen.has(key)) return bad(`has ${quoted(key)} twice or with its opposite`, 'keep one of them');
		seen.add(key);
		if (pair !== undefined) {
			if (key !== 'ro') options.push(word);
			else if (word === 'ro') seen.add('read-only');
		} else if (name === 'size' && value !== undefined) {
			const parsed = parseSize(value);
			if (!parsed.ok) return bad(`has a size that ${parsed.problem}`);
			size = parsed.value;
		} else if (name === 'mode' && value !== undefined) {
			const parsed = parseMode(value);
			if (!parsed.ok) return bad(`has a mode that ${parsed.problem}`);
			mode = parsed.value;
		} else if ((name === 'uid' || name === 'gid') && value !== undefined && /^\d{1,9}$/.test(value)) {
			options.push(`${name}=${Number(value)}`);
		} else {
			return unknownOption(word, [...flagPairs.flat(), 'size=', 'mode=', 'uid=', 'gid=']);
		}
	}
	return good({
		readOnly: seen.has('read-only'),
		options,
		...(size !== undefined && {size}),
		...(mode !== undefined && {mode}),
	});
}

/** Parses permission bits in octal, like chmod(1): `755`, `1777`, `0o755`. */
export function parseMode(mode: string): Parsed<number> {
	const digits = /^(?:0o)?([0-7]{1,5})$/.exec(mode.trim())?.[1];
	const bits = digits === undefined ? Number.NaN : Number.parseInt(digits, 8);
	return bits <= 0o7777 ? good(bits) : bad(`must be octal permission bits such as \`1777\`, not ${quoted(mode)}`);
}

function unknownOption(word: string, known: readonly string[]): ReturnType<typeof bad> {
	const near = didYouMean(word, known);
	return bad(
		`has the unknown option ${quoted(word)}`,
		near === undefined ? `use one of ${known.join(', ')}` : `did you mean \`${near}\`?`,
	);
}

function splitOnce(word: string): readonly [string, string | undefined] {
	const at = word.indexOf('=');
	return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
