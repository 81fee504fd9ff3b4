import {errnoOf} from '../../host/errno.ts';
import type {ExactFacts} from '../../host/files/large-file.ts';
import type {Host} from '../../host/host.ts';
import {parseJson} from './record.ts';

/** What must be unchanged for a file to be the same as before, as text: nanoseconds don't fit in a number. */
export type FileMark = string;

/** Files that are remembered; the oldest are forgotten. */
const remembered = 100;

/** The mark of an open file: size, times in nanoseconds, inode and device. */
export function fileMark({size, mtimeNs, ctimeNs, ino, dev}: ExactFacts): FileMark {
	return [size, mtimeNs, ctimeNs, ino, dev].join(' ');
}

/** The digest that a file had when it had this mark, or undefined. */
export function rememberedDigest(host: Host, store: string, path: string, mark: FileMark): string | undefined {
	const known = readIndex(host, store)[path];
	return known?.mark === mark ? known.digest : undefined;
}

/**
 * Remembers a digest, so that an unchanged archive is not read again at each start. It only saves time: a store that
 * can't be written is left alone.
 */
export function rememberDigest(host: Host, store: string, path: string, mark: FileMark, digest: string): void {
	const others = Object.entries(readIndex(host, store)).filter(([other]) => other !== path);
	const files = Object.fromEntries([...others.slice(1 - remembered), [path, {mark, digest}]]);
	try {
		host.mkdirs(store, 0o700);
		host.writeAtomic(indexPath(store), `${JSON.stringify({schema: 1, files})}\n`);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
	}
}

function indexPath(store: string): string {
	return `${store}/digests.json`;
}

type Index = Readonly<Record<string, {readonly mark: FileMark; readonly digest: string}>>;

/** Empty when there is none or it is damaged. */
function readIndex(host: Host, store: string): Index {
	const value = parseJson(readOrEmpty(host, indexPath(store)));
	if (!isObject(value) || value['schema'] !== 1 || !isObject(value['files'])) return {};
	const sound = (entry: unknown): boolean =>
		isObject(entry) && typeof entry['mark'] === 'string' && /^sha256:[0-9a-f]{64}$/.test(String(entry['digest']));
	return Object.values(value['files']).every(sound) ? (value['files'] as Index) : {};
}

function readOrEmpty(host: Host, path: string): string {
	try {
		return host.readText(path) ?? '';
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return '';
	}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
