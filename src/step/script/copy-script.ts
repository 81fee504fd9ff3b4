import type {HostFacts, ToolName} from '../../host/facts.ts';
import {gateWords} from './gate-script.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {toolboxWords} from '../verbs/toolbox.ts';

/** A path to copy from or to. `ending` is what followed it on the command line: nothing, `/`, or `/.`. */
export interface CopyPath {
	/** Absolute, without `.`, `..`, and a trailing slash. */
	readonly path: string;
	readonly ending: '' | '/' | '/.';
}

/** A copy into a container. */
export interface CopyInto {
	readonly target: CopyPath;
	/** A stream is any tar. For a folder or its contents, the tar has only the names below the folder. */
	readonly source: 'file' | 'folder' | 'contents' | 'stream';
	/** The last name of the source. */
	readonly name: string;
	/** Keep owners and all mode bits; otherwise everything belongs to root. */
	readonly archive: boolean;
}

/** The exit statuses of the gate's shell if it does not become tar. tar itself exits with 0 to 2. */
export const copyRefusals = {
	missing: 120,
	noFolder: 121,
	noParent: 122,
	folderInTheWay: 123,
	fileInTheWay: 124,
} as const;

/** Restores the streams of the caller, and closes the status pipe and the gate, as gateScript does. */
const opening = [`echo ${gateWords.exec} >&3`, 'exec 0<&5 1>&6 2>&7 3>&- 4>&- 5<&- 6>&- 7>&- 8<&-'];

/** The script of a copy as one compound command, for the gate of a running container. */
export function copyAtGate(script: string): string {
	return `{\n${[...opening, script].join('\n')}\n}\n`;
}

/** Left out of a copy of the whole root: kernel filesystems, which have no end. */
const kernelFolders = ['--anchored', ...['proc', 'sys', 'dev'].map(name => `--exclude=./${name}/*`)];

/**
 * The script that becomes a tar, which reads a path of the container and writes an archive to stdout. It runs in the
 * container as the container's root, or in a jail with the container's files. So a symlink or a swapped folder leads
 * only to files of the container. The archive has one entry with the last name of the path, or with `/.` the names
 * below the path.
 */
export function copyOutScript({path, ending}: CopyPath, follow: boolean, facts: HostFacts): string {
	const {parent, name} = parts(path);
	const word = shellWord(path === '' ? '/' : path);
	// --no-unquote: a backslash in a name is no escape.
	const read = (folder: string, member: string, more: readonly string[] = []): string =>
		`exec ${shellCommand([
			...box(facts, 'tar'),
			'--create',
			'--file=-',
			'--format=gnu',
			'--numeric-owner',
			'--no-unquote',
			...more,
			`--directory=${folder}`,
			'--',
			member,
		])}`;
	const whole = `${name}/.`;
	return [
		`[ -e ${word} ] || [ -h ${word} ] || exit ${copyRefusals.missing}`,
		...(ending === '' && path !== '' ? [] : [`[ -d ${word} ] || exit ${copyRefusals.noFolder}`]),
		...(path === '' || ending === '/.' ? [read(path === '' ? '/' : path, '.', path === '' ? kernelFolders : [])] : []),
		...(ending === '/' ? [read(parent, whole)] : []),
		...(follow
			? [
					`[ -e ${word} ] || exit ${copyRefusals.missing}`,
					`if [ -h ${word} ]; then if [ -d ${word} ]; then ${read(parent, whole)}; fi; ${read(parent, name, ['--dereference', '--no-recursion'])}; fi`,
				]
			: []),
		read(parent, name),
	].join('\n');
}

/** The script that becomes a tar, which unpacks stdin into the container. It runs where {@link copyOutScript} runs. */
export function copyIntoScript({target, source, name, archive}: CopyInto, facts: HostFacts): string {
	const {parent, name: newName} = parts(target.path);
	const path = target.path === '' ? '/' : target.path;
	const inside = `${target.path}/${name}`;
	const write = (folder: string, ...more: readonly string[]): string =>
		`exec ${shellCommand([
			...box(facts, 'tar'),
			'--extract',
			'--file=-',
			'--numeric-owner',
			...(archive ? ['--same-owner', '--same-permissions'] : ['--no-same-owner', '--no-same-permissions']),
			'--warning=no-timestamp',
			...more,
			`--directory=${folder}`,
		])}`;
	// Renames the one entry of a file. A name has no slash, so it cannot end the sed expression.
	const named = (as: string): string => `--transform=s/^.*$/${as.replaceAll(/[\\&]/g, '\\$&')}/SH`;
	const keep = '--no-overwrite-dir';
	const make = (folder: string): string => `${shellCommand([...box(facts, 'mkdir'), '--', folder])} || exit 125`;
	const isThere = (path: string): string => `[ -e ${shellWord(path)} ] || [ -h ${shellWord(path)} ]`;
	const hasParent = `[ -d ${shellWord(parent)} ] || exit ${copyRefusals.noParent}`;
	const lines = {
		stream: [write(path, keep)],
		file: [`[ -d ${shellWord(inside)} ] && exit ${copyRefusals.folderInTheWay}`, write(path, named(name))],
		folder: [
			`if [ -d ${shellWord(inside)} ]; then ${write(inside, keep)}; fi`,
			`if ${isThere(inside)}; then exit ${copyRefusals.fileInTheWay}; fi`,
			make(inside),
			write(inside),
		],
		contents: [write(path, keep)],
	}[source];
	const onto = {
		stream: [`exit ${copyRefusals.noFolder}`],
		file: [
			...(target.ending === '' ? [] : [`exit ${copyRefusals.noFolder}`]),
			hasParent,
			write(parent, named(newName)),
		],
		folder: makeNew(),
		contents: makeNew(),
	}[source];
	function makeNew(): readonly string[] {
		return [`if ${isThere(path)}; then exit ${copyRefusals.fileInTheWay}; fi`, hasParent, make(path), write(path)];
	}
	return [
		// With --no-same-permissions, tar applies the umask to the modes of the archive.
		'umask 000',
		`if [ -d ${shellWord(path)} ]; then`,
		...lines,
		'fi',
		...onto,
	].join('\n');
}

function box(facts: HostFacts, tool: ToolName): readonly string[] {
	return toolboxWords(facts, tool) ?? [tool];
}

function parts(path: string): {readonly parent: string; readonly name: string} {
	const slash = path.lastIndexOf('/');
	return {parent: slash <= 0 ? '/' : path.slice(0, slash), name: path.slice(slash + 1)};
}
