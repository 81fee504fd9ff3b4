import {createHash} from 'node:crypto';
import type {ToolboxFacts, ToolFacts, ToolName} from '../facts.ts';
import type {Host} from '../host.ts';
import {sealing} from '../programs/sealed-tools.ts';

/** No container can be set up without these. */
const needed: readonly ToolName[] = ['sh', 'mount', 'umount', 'pivot_root', 'setpriv', 'unshare'];

/** These run only on the host side. */
export const hostOnly: readonly ToolName[] = [
	'unshare',
	'newuidmap',
	'newgidmap',
	'flock',
	'fallocate',
	'chmod',
	'chown',
	'ip',
];

/**
 * The files of the toolbox, and an id that changes whenever one of the files changes.
 *
 * @param libraries - the libraries of all tools, each as its soname in a real folder
 */
export function toolboxOf(
	host: Pick<Host, 'stat'>,
	tools: Readonly<Record<ToolName, ToolFacts | null>>,
	libraries: readonly string[],
): ToolboxFacts {
	const missing = needed.filter(name => tools[name] === null);
	if (missing.length > 0) return {kind: 'none', why: `${missing.join(', ')}: not found`};
	const programs = Object.entries(tools).flatMap(([name, tool]) =>
		tool === null || hostOnly.some(each => each === name) ? [] : [tool],
	);
	const files = new Set(programs.flatMap(({path, loader}) => (loader === null ? [path] : [path, loader])));
	for (const path of libraries) files.add(path);
	const sorted = [...files].sort();
	const marks = sorted.map(path => {
		const facts = host.stat(path);
		// The last tells of a file that was overwritten, and got its time back.
		return [path, facts?.ino, facts?.size, facts?.mtimeMs, facts?.ctimeMs];
	});
	const id = createHash('sha256')
		.update(JSON.stringify([sealing, marks]))
		.digest('hex')
		.slice(0, 16);
	return {kind: 'copy', files: sorted, id};
}
