import type {HostFacts} from '../../host/facts.ts';
import {
	type AttachDevicesAction,
	attachDevices,
	type RemoveCgroupsAction,
	removeCgroups,
	type StopAction,
	stop,
} from './cgroups.ts';
import {type DropPrivilegesAction, dropPrivileges} from './drop-privileges.ts';
import {type EnterAction, enter} from './enter.ts';
import {type ExecAction, exec} from './exec.ts';
import {type OpenFilterAction, openFilter} from './filter.ts';
import {
	type MakeDevicesAction,
	type MkdirAction,
	type MountPointsAction,
	makeDevices,
	mkdir,
	mountPoints,
	type PlainFoldersAction,
	type PointsInAction,
	plainFolders,
	pointsIn,
	type RemoveTreeAction,
	removeTree,
	type TouchAction,
	touch,
	type WorkingDirectoryAction,
	workingDirectory,
} from './folders.ts';
import {type CopyTreeAction, copyTree, type PullImageAction, pullImage, type UnpackAction, unpack} from './image.ts';
import {type HostScriptAction, hostScript, type UndoScriptAction, undoScript} from './host-script.ts';
import {type InheritAction, inherit, type WriteAction, type WriteEachAction, write, writeEach} from './kernel-files.ts';
import {
	type RlimitsAction,
	rlimits,
	type SetIoPriorityAction,
	type SetPersonalityAction,
	type SetSchedulerAction,
	setIoPriority,
	setPersonality,
	setScheduler,
} from './limits.ts';
import {type LookupUserAction, lookupUser} from './lookup-user.ts';
import {
	type BindTerminalAction,
	bindTerminal,
	type MountsAction,
	type MountTableAction,
	mounts,
	mountTable,
	type SetPropagationAction,
	setPropagation,
	type UnmountTreeAction,
	unmountTree,
} from './mounts.ts';
import {type RefreshNamesAction, refreshNames, type WriteFilesAction, writeFiles} from './name-files.ts';
import {type ChrootAction, chroot, type PivotRootAction, pivotRoot} from './root.ts';
import {
	type RunAction,
	type RunHookAction,
	type RunOnHostAction,
	type RunWhileThereAction,
	run,
	runHook,
	runOnHost,
	runWhileThere,
} from './run.ts';
import {type FixAddressesAction, fixAddresses, type UseNumbersAction, useNumbers} from './same-each-time.ts';
import {
	type EnterNamespacesAction,
	enterNamespaces,
	type SameProcessesAction,
	sameProcesses,
	type StartAction,
	start,
} from './start.ts';
import {type ConnectConsoleAction, connectConsole, type OpenConsoleAction, openConsole} from './terminal.ts';
import {type CopyToolsAction, copyTools} from './tools.ts';
import type {HostVerb, InsideVerb, Needs, OwnVerb, StoreScripts, UndoVerb} from './verb.ts';
import {type FillVolumeAction, fillVolume, type MakeVolumeAction, makeVolume} from './volumes.ts';

/** Actions on the host, before the first process exists or while it waits. */
export type HostAction =
	| MkdirAction
	| WriteAction
	| WriteEachAction
	| InheritAction
	| PlainFoldersAction
	| UnpackAction
	| PullImageAction
	| CopyTreeAction
	| MakeVolumeAction
	| FillVolumeAction
	| CopyToolsAction
	| RunOnHostAction
	| RunHookAction
	| PointsInAction
	| HostScriptAction
	| RefreshNamesAction
	| WriteFilesAction
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
	| SetPropagationAction
	| AttachDevicesAction
	| BindTerminalAction
	| ConnectConsoleAction
	| OpenConsoleAction
	| MakeDevicesAction
	| RunAction
	| WriteAction
	| TouchAction
	| MountPointsAction
	| WorkingDirectoryAction
	| PivotRootAction
	| ChrootAction
	| RlimitsAction
	| SetSchedulerAction
	| SetIoPriorityAction
	| SetPersonalityAction
	| LookupUserAction
	| OpenFilterAction
	| SameProcessesAction
	| UseNumbersAction
	| FixAddressesAction
	| DropPrivilegesAction;

/** Actions that undo a step. Each may be done twice, or for a step that was never done. */
export type UndoAction =
	| RemoveTreeAction
	| RemoveCgroupsAction
	| UnmountTreeAction
	| StopAction
	| RunWhileThereAction
	| UndoScriptAction
	| RefreshNamesAction;

/** Everything that tsbox can do to a machine. Each action renders as one shell command or a few lines of sh. */
export type Action = HostAction | StartAction | InsideAction | ExecAction | EnterAction | UndoAction;

/** The action of a kind. */
export type ActionOf<K extends Action['kind']> = Extract<Action, {kind: K}>;

/** The functions that an action must have, by where it is done. */
type VerbOf<A extends Action> = OwnVerb<A> &
	(A['kind'] extends HostAction['kind'] ? HostVerb<A> : unknown) &
	(A['kind'] extends InsideAction['kind'] ? InsideVerb<A> : unknown) &
	(A['kind'] extends UndoAction['kind'] ? UndoVerb<A> : unknown);

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
	attachDevices,
	connectConsole,
	copyTools,
	copyTree,
	dropPrivileges,
	enter,
	enterNamespaces,
	exec,
	fillVolume,
	fixAddresses,
	hostScript,
	inherit,
	lookupUser,
	makeDevices,
	makeVolume,
	mkdir,
	mountPoints,
	mounts,
	mountTable,
	openConsole,
	openFilter,
	pivotRoot,
	plainFolders,
	pointsIn,
	pullImage,
	refreshNames,
	removeCgroups,
	removeTree,
	rlimits,
	run,
	runHook,
	runOnHost,
	runWhileThere,
	sameProcesses,
	sequence,
	setIoPriority,
	setPersonality,
	setPropagation,
	setScheduler,
	start,
	stop,
	touch,
	undoScript,
	unmountTree,
	unpack,
	useNumbers,
	workingDirectory,
	write,
	writeEach,
	writeFiles,
};

/** The verb of an action. The cast is safe, because the type of `verbs` gives each kind its own verb. */
function verbOf<A extends Action>({kind}: A): VerbOf<A> {
	return (verbs as Readonly<Record<string, unknown>>)[kind] as VerbOf<A>;
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
