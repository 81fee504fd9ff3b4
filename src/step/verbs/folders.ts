import type {OciDevice} from '../../oci/config.ts';
import {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
import {type HostVerb, type InsideVerb, needsNothing, orFail, type UndoVerb} from './verb.ts';

/** Makes folders, parents first. A folder may exist already. The first folder gets `owner`. */
export interface MkdirAction {
	readonly kind: 'mkdir';
	readonly paths: readonly string[];
	readonly mode: number;
	readonly owner?: readonly [uid: number, gid: number];
}

function mkdirLines({paths, mode, owner}: MkdirAction): readonly string[] {
	return [
		`mkdir -p -m ${mode.toString(8)} ${shellCommand(paths)}`,
		...(owner === undefined ? [] : [`chown ${owner.join(':')} ${shellWord(paths[0] ?? '')}`]),
	];
}

export const mkdir: HostVerb<MkdirAction> = {
	shown: mkdirLines,
	needs: needsNothing,
	hostLines: action => mkdirLines(action).map(line => `run ${line}`),
};

/** Removes a folder and everything below it on the same filesystem. The folder may be gone already. */
export interface RemoveTreeAction {
	readonly kind: 'removeTree';
	readonly path: string;
}

export const removeTree: UndoVerb<RemoveTreeAction> = {
	shown: ({path}) => [`rm -rf --one-file-system ${shellWord(path)}`],
	needs: needsNothing,
	undoLines: ({path}) => [`remove_trees ${shellWord(path)}`],
};

/**
 * Refuses a root filesystem with one of these names as anything but a folder. Makes missing ones in the first root. The roots are the layers of
 * an overlay, topmost first.
 */
export interface PlainFoldersAction {
	readonly kind: 'plainFolders';
	readonly roots: readonly string[];
	readonly names: readonly string[];
}

export const plainFolders: HostVerb<PlainFoldersAction> = {
	shown: ({names}) => [names.map(name => `test -d ${name} -a ! -h ${name}`).join(' && ')],
	needs: needsNothing,
	hostLines: ({roots, names}) => names.map(name => `plain_folder ${shellCommand([name, ...roots])}`),
};

/** Makes empty files: mount points for devices and files. */
export interface TouchAction {
	readonly kind: 'touch';
	readonly paths: readonly string[];
}

export const touch: InsideVerb<TouchAction> = {
	shown: ({paths}) => [`touch ${shellCommand(paths)}`],
	needs: needsNothing,
	insideLines: ({paths}) => orFail(paths.map(path => `: > ${shellWord(path)}`)),
};

/** Makes missing mount points inside the container's root. Refuses a symlink and a file of the wrong kind. */
export interface MountPointsAction {
	readonly kind: 'mountPoints';
	readonly folders: readonly string[];
	readonly files: readonly string[];
}

const pointFunction = `point() {
	if [ -h "$2" ]; then echo "$2 is a symlink"; fail 1; fi
	if [ "$1" = folder ]; then
		[ -d "$2" ] || mkdir -p "$2" || fail $?
	elif [ -d "$2" ]; then echo "$2 is a folder, and its source is a file"; fail 1
	elif [ ! -e "$2" ]; then { [ -d "\${2%/*}/" ] || mkdir -p "\${2%/*}"; } && : > "$2" || fail $?
	fi
}`;

export const mountPoints: InsideVerb<MountPointsAction> = {
	shown: ({folders, files}) => [
		...(folders.length > 0 ? [`mkdir -p ${shellCommand(folders)}`] : []),
		...(files.length > 0 ? [`touch ${shellCommand(files)}`] : []),
	],
	needs: needsNothing,
	insideLines: ({folders, files}) => [
		pointFunction,
		...folders.map(path => `point folder ${shellWord(path)}`),
		...files.map(path => `point file ${shellWord(path)}`),
	],
};

/** Makes the working directory when it is missing. */
export interface WorkingDirectoryAction {
	readonly kind: 'workingDirectory';
	readonly path: string;
}

export const workingDirectory: InsideVerb<WorkingDirectoryAction> = {
	shown: ({path}) => [`mkdir -p ${shellWord(path)}`],
	needs: needsNothing,
	insideLines: action =>
		orFail(workingDirectory.shown(action, '').map(line => `[ -d ${shellWord(action.path)} ] || ${line}`)),
};

/**
 * Makes missing mount points below a root folder that nothing has run in yet. A symlink on the way is refused: it would lead to the
 * host.
 */
export interface PointsInAction {
	readonly kind: 'pointsIn';
	readonly root: string;
	/** Absolute paths as seen in the root. */
	readonly folders: readonly string[];
	readonly files: readonly string[];
}

export const pointsIn: HostVerb<PointsInAction> = {
	shown: ({root, folders, files}) => [
		...(folders.length > 0 ? [`mkdir -p ${shellCommand(folders.map(path => `${root}${path}`))}`] : []),
		...(files.length > 0 ? [`touch ${shellCommand(files.map(path => `${root}${path}`))}`] : []),
	],
	needs: needsNothing,
	hostLines: ({root, folders, files}) => [
		...folders.map(path => `run point_in folder ${shellCommand([root, path])}`),
		...files.map(path => `run point_in file ${shellCommand([root, path])}`),
	],
};

/** Makes device nodes with mknod(2), and symlinks beside them. What is there already stays. */
export interface MakeDevicesAction {
	readonly kind: 'makeDevices';
	readonly devices: readonly OciDevice[];
	readonly links: readonly {readonly path: string; readonly to: string}[];
}

export const makeDevices: InsideVerb<MakeDevicesAction> = {
	shown: ({devices, links}) => [
		...devices.map(({path, type, major, minor, mode}) =>
			shellCommand([
				'mknod',
				'-m',
				mode.toString(8),
				path,
				type,
				...(type === 'p' ? [] : [String(major), String(minor)]),
			]),
		),
		...links.map(({path, to}) => shellCommand(['ln', '-s', to, path])),
	],
	needs: needsNothing,
	insideLines: action => orFail(makeDevices.shown(action, '')),
};
