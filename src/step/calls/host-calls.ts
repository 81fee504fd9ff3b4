import type {HostAction, UndoAction} from '../verbs/action.ts';
import {layerRecord} from '../verbs/image.ts';
import type {Call} from './call.ts';

/** The calls of an action on the host in a compiled script, or undefined for one that only its commands can do. */
export function hostCalls(action: HostAction): readonly Call[] | undefined {
	switch (action.kind) {
		case 'mkdir':
			return action.paths.length === 0
				? []
				: [['folders', action.mode.toString(8), action.owner?.join(':') ?? '', ...action.paths]];
		case 'write':
			return [['write', action.path, `${action.value}\n`]];
		case 'writeEach':
			return action.values.map(value => ['write', action.path, `${value}\n`]);
		case 'inherit':
			return [['inherit', action.from, action.path]];
		case 'plainFolders':
			return action.names.map(name => ['plain_folder', name, ...action.roots]);
		case 'pointsIn':
			return [
				...action.folders.map((path): Call => ['point_in', 'folder', action.root, path]),
				...action.files.map((path): Call => ['point_in', 'file', action.root, path]),
			];
		case 'sequence': {
			const all = action.actions.map(hostCalls);
			return all.includes(undefined) ? undefined : all.flatMap(calls => calls ?? []);
		}
		case 'copyTools':
		case 'copyTree':
		case 'fillVolume':
		case 'hostScript':
		case 'makeVolume':
		case 'refreshNames':
		case 'pullImage':
		case 'runHook':
		case 'runOnHost':
		case 'unpack':
		case 'writeFiles':
			return undefined;
	}
}

/** The paths that are all there when an action need not be done again, or undefined. */
export function doneWhenThere(action: HostAction): readonly string[] | undefined {
	if (action.kind === 'copyTools') return [action.to];
	if (action.kind === 'pullImage') return action.layers.map(({target}) => layerRecord(target));
	return action.kind === 'unpack' ? [`${action.target.replace(/\/rootfs$/, '')}/image.json`] : undefined;
}

/** The calls that undo a step after its container has ended, or undefined for one that only its commands undo. */
export function undoCalls(undo: UndoAction): readonly Call[] | undefined {
	switch (undo.kind) {
		case 'removeTree':
			return [['undo_trees', undo.path]];
		case 'removeCgroups':
			return undo.nested === true ? undefined : [['undo_cgroups', undo.paths.length, ...undo.paths, ...undo.parents]];
		case 'stop':
			return undo.kill.kind === 'none' || undo.kill.kind === 'root'
				? undefined
				: [['undo_processes', undo.kill.kind, undo.kill.path]];
		case 'refreshNames':
		case 'runWhileThere':
		case 'undoScript':
		case 'unmountTree':
			return undefined;
	}
}
