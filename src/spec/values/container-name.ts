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

/**
 * The default name of a container: `PROJECT-SERVICE-NUMBER`, as Compose has it. A file with one container has no services: there
 * the first container has the name of the file, and the others a number.
 */
export function containerNameOf(project: string, service: string | undefined, number: number): string {
	if (service !== undefined) return `${project}-${service}-${number}`;
	return number === 1 ? project : `${project}-${number}`;
}

/** The default name for a spec file: the file's name, or the folder's name for a generic file name. */
export function nameOfFile(file: string): string {
	const base = basename(file).replace(/\.(?:ya?ml|json)$/i, '');
	return legalName(/^(?:tsbox|spec)$/i.test(base) ? basename(dirname(file)) : base);
}

/** Whether a file has one of the names that Compose looks for. */
export function isComposeFile(file: string): boolean {
	return /^(?:docker-)?compose\.ya?ml$/i.test(basename(file));
}

/** The name of a project without one: its folder's, changed as Compose does (compose-go, `NormalizeProjectName`). */
export function nameOfFolder(folder: string): string {
	const name = basename(folder)
		.toLowerCase()
		.replace(/[^a-z0-9_-]+/g, '')
		.replace(/^[_-]+/, '')
		.slice(0, 64);
	return name === '' ? 'box' : name;
}
