import {errnoOf} from '../../host/errno.ts';
import type {ExactFacts, Host} from '../../host/host.ts';
import {isObject, parseJson} from './json.ts';

/** A file's size, times, and identity as text; equal marks mean an unchanged file. A number could not hold nanoseconds. */
export type FileMark = string;

/** How many files are remembered; the oldest are forgotten. */
const remembered = 100;

/** The mark of an open file: size, times in nanoseconds, inode, and device. */
export function fileMark({size, mtimeNs, ctimeNs, ino, dev}: ExactFacts): FileMark {
	return [size, mtimeNs, ctimeNs, ino, dev].join(' ');
}

/** The remembered digest of a file with this mark; undefined when there is none. */
export function rememberedDigest(host: Host, store: string, path: string, mark: FileMark): string | undefined {
	const known = readIndex(host, store)[path];
	return known?.mark === mark ? known.digest : undefined;
}

/**
 * Remembers a digest, so that a start does not read an unchanged archive again. The index only saves time, so errors of
 * writing it are ignored.
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

/** Empty when the index is missing or damaged. */
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
