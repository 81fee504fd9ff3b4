import type {RemoveCgroupsAction, StopAction} from './cgroups.ts';
import type {DropPrivilegesAction} from './drop-privileges.ts';
import type {ExecAction} from './exec.ts';
import type {OpenFilterAction} from './filter.ts';
import type {
	MkdirAction,
	MountPointsAction,
	PlainFoldersAction,
	RemoveTreeAction,
	TouchAction,
	WorkingDirectoryAction,
} from './folders.ts';
import type {CopyTreeAction, UnpackAction} from './image.ts';
import type {InheritAction, WriteAction, WriteEachAction} from './kernel-files.ts';
import type {RlimitsAction} from './limits.ts';
import type {LookupUserAction} from './lookup-user.ts';
import type {BindTerminalAction, MountTableAction, UnmountTreeAction} from './mounts.ts';
import type {ChrootAction, PivotRootAction} from './root.ts';
import type {RunAction, RunOnHostAction, RunWhileThereAction} from './run.ts';
import type {FixAddressesAction, UseNumbersAction} from './same-each-time.ts';
import type {EnterNamespacesAction, StartAction} from './start.ts';
import type {CopyToolsAction} from './tools.ts';
import type {FillVolumeAction, MakeVolumeAction} from './volumes.ts';

/** What is done on the host, before the first process is there or while it waits. */
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
	| RunOnHostAction;

/** What the first process does inside, before it becomes the command. */
export type InsideAction =
	| EnterNamespacesAction
	| MountTableAction
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

/** What takes a step back; it may be done twice, or for a step that was never done. */
export type UndoAction = RemoveTreeAction | RemoveCgroupsAction | UnmountTreeAction | StopAction | RunWhileThereAction;

/** All that tsbox knows how to do to a machine; each member renders as one shell command or a few lines of sh. */
export type Action = HostAction | StartAction | InsideAction | ExecAction | UndoAction;

/** The action of a kind. */
export type ActionOf<K extends Action['kind']> = Extract<Action, {kind: K}>;
