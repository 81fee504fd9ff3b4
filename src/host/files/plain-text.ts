import {readFileSync, writeFileSync} from 'node:fs';

/** The text of a file. Throws the system's error, also ENOENT. */
export function readPlainText(path: string): string {
	return readFileSync(path, 'utf8');
}

/** Writes a file with the caller's umask. Throws EEXIST when the name is taken, unless `replace` is set. */
export function writePlainText(path: string, text: string, replace: boolean): void {
	writeFileSync(path, text, {flag: replace ? 'w' : 'wx'});
}
