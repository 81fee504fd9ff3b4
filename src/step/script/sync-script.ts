import type {HostFacts, ToolName} from '../../host/facts.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {toolboxWords} from '../verbs/toolbox.ts';

/** What becomes of files in a container. */
export interface SyncWork {
	/** Absolute path of a folder, or of one file. */
	readonly target: string;
	readonly isFile: boolean;
	/** What goes, relative to the target; the empty path is the target itself. */
	readonly deleted: readonly string[];
	/** Whether an archive of files follows. */
	readonly hasFiles: boolean;
	/** Whether files get the owner that the archive has; otherwise everything belongs to root. */
	readonly keepsOwner: boolean;
}

/** The paths of one command, so that it stays below the limits of execve(2). */
const mostPaths = 200;

/**
 * The script that removes files of a container and becomes a tar, which unpacks others from stdin. It runs in the container as the
 * container's root, so that a symlink leads only to files of the container.
 */
export function syncScript({target, isFile, deleted, hasFiles, keepsOwner}: SyncWork, facts: HostFacts): string {
	const box = (tool: ToolName): readonly string[] => toolboxWords(facts, tool) ?? [tool];
	const slash = target.lastIndexOf('/');
	const folder = isFile ? (slash <= 0 ? '/' : target.slice(0, slash)) : target;
	const paths = deleted.map(path => (path === '' ? target : `${target === '/' ? '' : target}/${path}`));
	const chunks = Array.from({length: Math.ceil(paths.length / mostPaths)}, (_, at) =>
		paths.slice(at * mostPaths, (at + 1) * mostPaths),
	);
	const removals = chunks.map(chunk => `${shellCommand([...box('rm'), '-rf', '--', ...chunk])} || exit 1`);
	// The archive has one file, with the name that it has on the host. A name has no slash, so it cannot end the sed expression.
	const name = target.slice(slash + 1).replaceAll(/[\\&]/g, '\\$&');
	const unpack = [
		'umask 022',
		`[ -d ${shellWord(folder)} ] || ${shellCommand([...box('mkdir'), '-p', '--', folder])} || exit 1`,
		// With --no-same-permissions, tar applies the umask to the modes of the archive.
		'umask 000',
		`exec ${shellCommand([
			...box('tar'),
			'--extract',
			'--file=-',
			'--numeric-owner',
			...(keepsOwner ? ['--same-owner'] : ['--no-same-owner']),
			'--no-same-permissions',
			'--no-overwrite-dir',
			'--warning=no-timestamp',
			...(isFile ? [`--transform=s/^.*$/${name}/SH`] : []),
			`--directory=${folder}`,
		])}`,
	];
	return [...removals, ...(hasFiles ? unpack : ['exit 0'])].join('\n');
}
