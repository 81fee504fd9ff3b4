import type {HostFacts, ToolName} from '../../host/facts.ts';
import {gateWords} from './gate-script.ts';
import {shellCommand, shellWord} from '../verbs/shell-word.ts';
import {toolboxWords} from '../verbs/toolbox.ts';

/** A path to copy from or to. `ending` is what was written behind it: nothing, `/`, or `/.`. */
export interface CopyPath {
	/** Absolute, without `.`, `..` and a slash at its end. */
	readonly path: string;
	readonly ending: '' | '/' | '/.';
}

/** What is written into a container. */
export interface CopyInto {
	readonly target: CopyPath;
	/** A stream is any tar; of a folder, or its contents, the tar has the names below it alone. */
	readonly source: 'file' | 'folder' | 'contents' | 'stream';
	/** The last name of the source. */
	readonly name: string;
	/** Owners and all mode bits come along; without, all belongs to root. */
	readonly archive: boolean;
}

/** What the shell at the gate ends with in place of becoming tar, which itself ends with 0 to 2. */
export const copyRefusals = {
	missing: 120,
	noFolder: 121,
	noParent: 122,
	folderInTheWay: 123,
	fileInTheWay: 124,
} as const;

/** The streams of the caller come back and the status pipe and the gate are closed, as in gateScript. */
const opening = [`echo ${gateWords.exec} >&3`, 'exec 0<&5 1>&6 2>&7 3>&- 4>&- 5<&- 6>&- 7>&- 8<&-'];

/** The words of a copy as one compound command, for the gate of a container that runs. */
export function copyAtGate(script: string): string {
	return `{\n${[...opening, script].join('\n')}\n}\n`;
}

/** Of a whole root: filesystems of the kernel, which have no end. */
const kernelFolders = ['--anchored', ...['proc', 'sys', 'dev'].map(name => `--exclude=./${name}/*`)];

/**
 * The words that become a tar which reads a path of the container and writes it to stdout. They run in the container, as
 * its root with its powers, or in a jail with its files: whatever a symlink or a swapped folder leads to is the
 * container's own. The tar has one entry with the path's last name, or with `/.` the names below it.
 */
export function copyOutScript({path, ending}: CopyPath, follow: boolean, facts: HostFacts): string {
	const {parent, name} = parts(path);
	const word = shellWord(path === '' ? '/' : path);
	// A backslash in a name is just that: --no-unquote.
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

/** The words that become a tar which unpacks stdin into the container, run there as those of {@link copyOutScript}. */
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
	// The one entry of a file gets its name here. A name has no slash, so none can end the expression.
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
		// With --no-same-permissions tar takes this off what the archive says.
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
