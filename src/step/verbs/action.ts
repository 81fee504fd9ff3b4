import type {HostFacts} from '../../host/facts.ts';
import {removeCgroups, type RemoveCgroupsAction, stop, type StopAction} from './cgroups.ts';
import {dropPrivileges, type DropPrivilegesAction} from './drop-privileges.ts';
import {enter, type EnterAction} from './enter.ts';
import {exec, type ExecAction} from './exec.ts';
import {openFilter, type OpenFilterAction} from './filter.ts';
import {
	mkdir,
	type MkdirAction,
	mountPoints,
	type MountPointsAction,
	plainFolders,
	type PlainFoldersAction,
	pointsIn,
	type PointsInAction,
	removeTree,
	type RemoveTreeAction,
	touch,
	type TouchAction,
	workingDirectory,
	type WorkingDirectoryAction,
} from './folders.ts';
import {copyTree, type CopyTreeAction, unpack, type UnpackAction} from './image.ts';
import {inherit, type InheritAction, write, type WriteAction, writeEach, type WriteEachAction} from './kernel-files.ts';
import {rlimits, type RlimitsAction} from './limits.ts';
import {lookupUser, type LookupUserAction} from './lookup-user.ts';
import {
	bindTerminal,
	type BindTerminalAction,
	mounts,
	type MountsAction,
	mountTable,
	type MountTableAction,
	unmountTree,
	type UnmountTreeAction,
} from './mounts.ts';
import {chroot, type ChrootAction, pivotRoot, type PivotRootAction} from './root.ts';
import {run, type RunAction, runOnHost, type RunOnHostAction, runWhileThere, type RunWhileThereAction} from './run.ts';
import {fixAddresses, type FixAddressesAction, useNumbers, type UseNumbersAction} from './same-each-time.ts';
import {enterNamespaces, type EnterNamespacesAction, start, type StartAction} from './start.ts';
import {copyTools, type CopyToolsAction} from './tools.ts';
import type {HostVerb, InsideVerb, Needs, OwnVerb, StoreScripts, UndoVerb} from './verb.ts';
import {fillVolume, type FillVolumeAction, makeVolume, type MakeVolumeAction} from './volumes.ts';

/** Actions on the host, before the first process exists or while it waits. */
export type HostAction =
	| MkdirAction
	| WriteAction
	| WriteEachAction
	| InheritAction
	| PlainFoldersAction
	| UnpackAction
	| CopyTreeAction
	| MakeVolumeAction
	| FillVolumeAction
	| CopyToolsAction
	| RunOnHostAction
	| PointsInAction
	| SequenceAction;

/** Several host actions as one step. */
export interface SequenceAction {
	readonly kind: 'sequence';
	readonly actions: readonly HostAction[];
}

/** Actions of the first process in its namespaces, before it becomes the command. */
export type InsideAction =
	| EnterNamespacesAction
	| MountTableAction
	| MountsAction
	| BindTerminalAction
	| RunAction
	| WriteAction
	| TouchAction
	| MountPointsAction
	| WorkingDirectoryAction
	| PivotRootAction
	| ChrootAction
	| RlimitsAction
	| LookupUserAction
	| OpenFilterAction
	| UseNumbersAction
	| FixAddressesAction
	| DropPrivilegesAction;

/** Actions that undo a step. Each may be done twice, or for a step that was never done. */
export type UndoAction = RemoveTreeAction | RemoveCgroupsAction | UnmountTreeAction | StopAction | RunWhileThereAction;

/** Everything that tsbox can do to a machine. Each action renders as one shell command or a few lines of sh. */
export type Action = HostAction | StartAction | InsideAction | ExecAction | EnterAction | UndoAction;

/** The action of a kind. */
export type ActionOf<K extends Action['kind']> = Extract<Action, {kind: K}>;

/** The functions that an action must have, by where it is done. */
type VerbOf<A extends Action> = OwnVerb<A> &
	(A extends HostAction ? HostVerb<A> : unknown) &
	(A extends InsideAction ? InsideVerb<A> : unknown) &
	(A extends UndoAction ? UndoVerb<A> : unknown);

const sequence: HostVerb<SequenceAction> = {
	shown: ({actions}, conf) => actions.flatMap(action => actionLines(action, conf)),
	needs: ({actions}, facts) => {
		const all = actions.map(action => needsOf(action, facts));
		return {
			tools: [...new Set(all.flatMap(({tools = []}) => tools))],
			features: all.flatMap(({features = []}) => features),
		};
	},
	hostLines: ({actions}, facts, store) => actions.flatMap(action => hostLines(action, facts, store)),
};

const verbs: {readonly [K in Action['kind']]: VerbOf<ActionOf<K>>} = {
	bindTerminal,
	chroot,
	copyTools,
	copyTree,
	dropPrivileges,
	enter,
	enterNamespaces,
	exec,
	fillVolume,
	fixAddresses,
	inherit,
	lookupUser,
	makeVolume,
	mkdir,
	mountPoints,
	mounts,
	mountTable,
	openFilter,
	pivotRoot,
	plainFolders,
	pointsIn,
	removeCgroups,
	removeTree,
	rlimits,
	run,
	runOnHost,
	runWhileThere,
	sequence,
	start,
	stop,
	touch,
	unmountTree,
	unpack,
	useNumbers,
	workingDirectory,
	write,
	writeEach,
};

/** The verb of an action. The cast is safe, because the type of `verbs` gives each kind its own verb. */
function verbOf<A extends Action>({kind}: A): VerbOf<A> {
	return verbs[kind] as unknown as VerbOf<A>;
}

/** An action as the shell lines that a person would type, for the plan's table and for errors. */
export function actionLines(action: Action, conf: string): readonly string[] {
	return (verbOf(action) as OwnVerb<Action>).shown(action, conf);
}

/** What an action needs from the machine. */
export function needsOf(action: Action, facts: HostFacts): Needs {
	return (verbOf(action) as OwnVerb<Action>).needs(action, facts);
}

/** A host action as lines of a compiled script. */
export function hostLines(action: HostAction, facts: HostFacts, store: StoreScripts): readonly string[] {
	return (verbOf(action) as HostVerb<HostAction>).hostLines(action, facts, store);
}

/** An action of the container side as lines of the sh program that its first process runs. */
export function insideLines(action: InsideAction, facts: HostFacts, conf: string): readonly string[] {
	return (verbOf(action) as InsideVerb<InsideAction>).insideLines(action, facts, conf);
}

/** An undo action as lines of a compiled script. */
export function undoLines(action: UndoAction, facts: HostFacts): readonly string[] {
	return (verbOf(action) as UndoVerb<UndoAction>).undoLines(action, facts);
}
