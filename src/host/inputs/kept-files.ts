import {errnoOf} from '../errno.ts';
import type {Host} from '../host.ts';
import {escapeWord} from './input-lines.ts';

/*
 * Results that are kept as long as their inputs are the same, each in a file of ASCII lines and JSON:
 *
 *     tsbox-kept 1 LENGTH            of the JSON, bytes
 *     key WORD ...                   what was asked for, each word escaped as in input-lines.ts
 *     ...                            the inputs, as in input-lines.ts
 *     (an empty line)
 *     JSON
 *
 * The name of the file is the FNV-1a hash of the key, 32 bits, in eight hexadecimal digits. Folder and files belong to the user, and nobody else may
 * read or write them: others are as if they were not there.
 */

/** A kept result. */
export interface KeptResult {
	readonly inputs: readonly string[];
	readonly json: string;
}

/** The most files in the folder, and their most bytes. */
const most = {files: 64, bytes: 8 * 1024 * 1024};
/** The largest file, bytes. */
const largest = 1024 * 1024;

/** The words of a key as one text. */
export function keyText(words: readonly string[]): string {
	return words.map(escapeWord).join(' ');
}

/** The name of the file for a key; http://www.isthe.com/chongo/tech/comp/fnv/ */
function nameOf(key: string): string {
	let hash = 0x811c9dc5;
	for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
	return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The kept result for a key; undefined if there is none, if it is damaged, or if another user could have written it. */
export function readKept(host: Host, folder: string, key: string): KeptResult | undefined {
	try {
		const path = `${folder}/${nameOf(key)}`;
		if (!isOurs(host, folder, 'directory') || !isOurs(host, path, 'file')) return undefined;
		const text = host.readText(path) ?? '';
		const end = text.indexOf('\n\n');
		const json = text.slice(end + 2);
		const [head, keyLine, ...inputs] = text.slice(0, end).split('\n');
		return head === headOf(json) && keyLine === `key ${key}` ? {inputs, json} : undefined;
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}

/** Keeps a result. The oldest of too many are removed. Errors are ignored: what is kept only saves time. */
export function keepResult(host: Host, folder: string, key: string, {inputs, json}: KeptResult): void {
	const text = [headOf(json), `key ${key}`, ...inputs, '', json].join('\n');
	if (text.length > largest) return;
	try {
		host.mkdirs(folder, 0o700);
		if (!isOurs(host, folder, 'directory')) return;
		const path = `${folder}/${nameOf(key)}`;
		if (host.lstat(path) === undefined) makeRoom(host, folder, text.length);
		host.writeWhole(path, text, 0o600);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
	}
}

/** Whether something is kept for a key, whatever it is. */
export function isKept(host: Host, folder: string, key: string): boolean {
	return host.lstat(`${folder}/${nameOf(key)}`) !== undefined;
}

/** Removes what is kept for a key. */
export function forgetKept(host: Host, folder: string, key: string): void {
	if (isOurs(host, folder, 'directory')) host.removeTree(`${folder}/${nameOf(key)}`);
}

/** Removes all kept results. */
export function removeKept(host: Host, folder: string): void {
	if (isOurs(host, folder, 'directory')) host.removeTree(folder);
}

function headOf(json: string): string {
	return `tsbox-kept 1 ${Buffer.byteLength(json)}`;
}

function isOurs(host: Host, path: string, kind: 'directory' | 'file'): boolean {
	const facts = host.lstat(path);
	return facts?.kind === kind && facts.uid === process.geteuid?.() && (facts.mode & 0o077) === 0;
}

function makeRoom(host: Host, folder: string, bytes: number): void {
	const files = host
		.list(folder)
		.flatMap(name => {
			const facts = host.lstat(`${folder}/${name}`);
			return facts === undefined ? [] : [{path: `${folder}/${name}`, size: facts.size, at: facts.mtimeMs}];
		})
		.sort((one, other) => other.at - one.at);
	let sum = bytes;
	for (const [index, {path, size}] of files.entries()) {
		sum += size;
		if (index + 1 >= most.files || sum > most.bytes) host.removeTree(path);
	}
}
