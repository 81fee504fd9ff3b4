import {posix} from 'node:path';

/** A path as Go's filepath.Clean gives it, without a slash at the end. */
export function cleanPath(path: string): string {
	const clean = posix.normalize(path === '' ? '.' : path);
	return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}

/** A path below a root: `..` cannot lead out of it. Relative, without a slash at either end; empty for the root. */
export function pathBelow(path: string): string {
	return cleanPath(`/${path}`).slice(1);
}
