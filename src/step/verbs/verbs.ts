import type {HostFacts} from '../../host/facts.ts';
import type {Action, ActionOf, HostAction, InsideAction, UndoAction} from './action.ts';
import {removeCgroups, stop} from './cgroups.ts';
import {dropPrivileges} from './drop-privileges.ts';
import {exec} from './exec.ts';
import {openFilter} from './filter.ts';
import {mkdir, mountPoints, plainFolders, removeTree, touch, workingDirectory} from './folders.ts';
import {copyTree, unpack} from './image.ts';
import {inherit, write, writeEach} from './kernel-files.ts';
import {rlimits} from './limits.ts';
import {lookupUser} from './lookup-user.ts';
import {bindTerminal, mountTable, unmountTree} from './mounts.ts';
import {chroot, pivotRoot} from './root.ts';
import {run, runOnHost, runWhileThere} from './run.ts';
import {fixAddresses, useNumbers} from './same-each-time.ts';
import {enterNamespaces, start} from './start.ts';
import {copyTools} from './tools.ts';
import type {HostVerb, InsideVerb, Needs, OwnVerb, StoreScripts, UndoVerb} from './verb.ts';
import {fillVolume, makeVolume} from './volumes.ts';

/** The parts that an action must have, by where it is done. */
type VerbOf<A extends Action> = OwnVerb<A> &
	(A extends HostAction ? HostVerb<A> : unknown) &
	(A extends InsideAction ? InsideVerb<A> : unknown) &
	(A extends UndoAction ? UndoVerb<A> : unknown);

const verbs: {readonly [K in Action['kind']]: VerbOf<ActionOf<K>>} = {
	bindTerminal,
	chroot,
	copyTools,
	copyTree,
	dropPrivileges,
	enterNamespaces,
	exec,
	fillVolume,
	fixAddresses,
	inherit,
	lookupUser,
	makeVolume,
	mkdir,
	mountPoints,
	mountTable,
	openFilter,
	pivotRoot,
	plainFolders,
	removeCgroups,
	removeTree,
	rlimits,
	run,
	runOnHost,
	runWhileThere,
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

/** The verb of one action; the table's type holds that its parts take that very action. */
function verbOf<A extends Action>({kind}: A): VerbOf<A> {
	return verbs[kind] as unknown as VerbOf<A>;
}

/** An action as the lines that a person would type for it, for the table and for errors. */
export function actionLines(action: Action, conf: string): readonly string[] {
	return (verbOf(action) as OwnVerb<Action>).shown(action, conf);
}

/** What of the machine an action leans on. */
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

/** What takes a step back, as lines of a compiled script. */
export function undoLines(action: UndoAction, facts: HostFacts): readonly string[] {
	return (verbOf(action) as UndoVerb<UndoAction>).undoLines(action, facts);
}
