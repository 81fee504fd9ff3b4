import {basename, dirname} from 'node:path';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

const legal = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/;

/** Checks a container's name, which becomes a file name, a cgroup's name, and the default host name. */
export function parseName(name: string): Parsed<string> {
	if (legal.test(name)) return good(name);
	return bad(
		`must begin with a letter or digit and hold at most 64 of \`a-z A-Z 0-9 _ . -\`, not ${quoted(name)}`,
		`write \`${legalName(name)}\``,
	);
}

/** Replaces invalid characters, to suggest a valid name. */
function legalName(text: string): string {
	const name = text
		.normalize('NFKD')
		.replace(/\p{Mark}/gu, '')
		.replace(/[^a-zA-Z0-9_.-]+/g, '-')
		.replace(/^[^a-zA-Z0-9]+/, '')
		.slice(0, 64)
		.replace(/-+$/, '');
	return name === '' ? 'box' : name;
}

/** The default name for a spec file: the file's name, or the folder's name for a generic file name. */
export function nameOfFile(file: string): string {
	const base = basename(file).replace(/\.(?:ya?ml|json)$/i, '');
	return legalName(/^(?:tsbox|compose|docker-compose|spec)$/i.test(base) ? basename(dirname(file)) : base);
}
