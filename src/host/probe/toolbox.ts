import type {ToolboxFacts, ToolFacts, ToolName} from '../facts.ts';
import {type MountInfo, mountOf} from './mountinfo.ts';

/** Without one of these no container can be set up. */
const needed: readonly ToolName[] = ['sh', 'mount', 'umount', 'pivot_root', 'setpriv', 'unshare'];

/** These run on the host's side only. */
const hostOnly: readonly ToolName[] = ['unshare', 'nsenter', 'newuidmap', 'newgidmap', 'flock'];

/**
 * Whether the tools can be bound into a container as one folder, or must be copied together.
 * `realLibraries` pairs each library with the file it really is: a symlink that leads out of the folder would be
 * resolved in the container's root.
 */
export function toolboxOf(
	tools: Readonly<Record<ToolName, ToolFacts | null>>,
	realLibraries: readonly {readonly path: string; readonly real: string}[],
	mounts: readonly MountInfo[],
): ToolboxFacts {
	const missing = needed.filter(name => tools[name] === null);
	if (missing.length > 0) return {kind: 'none', why: `${missing.join(', ')}: not found`};

	const programs = Object.entries(tools).flatMap(([name, tool]) =>
		tool === null || hostOnly.some(host => host === name) ? [] : [tool],
	);
	const files = new Set(programs.flatMap(({path, loader}) => (loader === null ? [path] : [path, loader])));
	for (const {path} of realLibraries) files.add(path);

	const root = '/usr';
	// The folder is bound without the mounts below it.
	const mount = mountOf(root, mounts)?.id;
	const inFolder = [...files, ...realLibraries.map(({real}) => real)].every(
		file => file.startsWith(`${root}/`) && mountOf(file, mounts)?.id === mount,
	);
	return inFolder ? {kind: 'folder', root} : {kind: 'copy', files: [...files].sort()};
}
