import {unlessForbidden} from '../host/errno.ts';
import type {Host} from '../host/host.ts';

/** Reads a JSON object that root or the caller owns; undefined when another user owns or hides the file, or it is truncated. */
export function ownJson<T extends object>(host: Host, path: string): T | undefined {
	const owner = unlessForbidden(() => host.lstat(path))?.uid;
	if (owner !== 0 && owner !== process.getuid?.()) return undefined;
	try {
		const value: unknown = JSON.parse(host.readText(path) ?? '');
		return typeof value === 'object' && value !== null ? (value as T) : undefined;
	} catch {
		return undefined;
	}
}
