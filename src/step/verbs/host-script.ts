import {shellWord} from '../../spec/syntax/shell-words.ts';
import {asFunction, type HostVerb, type UndoVerb} from './verb.ts';

/** The exit status by which a script says that a port or an address belongs to another container, whose name it prints: `EX_CANTCREAT`. */
export const ownedStatus = 73;

/** The exit status by which a script says that another start was faster: `EX_TEMPFAIL` of sysexits.h. */
export const takenStatus = 75;

/** Lines of sh that root runs on the host, as a person would type them. */
export interface HostScriptAction {
	readonly kind: 'hostScript';
	/** Each ends the script when it fails. `$pid` is the first process, for a step beside it. */
	readonly lines: readonly string[];
	/** A file that is locked meanwhile; flock(1). */
	readonly lock?: string;
	/** Ports of the host on which nobody may listen. */
	readonly ports?: readonly HostPort[];
}

/** A port of the host; at all its addresses without one. */
export interface HostPort {
	readonly protocol: string;
	readonly port: number;
	readonly address?: string;
}

/** The text of a script, with the folders in which tools are looked for: the caller's PATH decides nothing that root runs. */
export function hostScriptText({lines, lock}: Pick<HostScriptAction, 'lines' | 'lock'>): string {
	const locked =
		lock === undefined
			? []
			: [`mkdir -p ${shellWord(lock.slice(0, lock.lastIndexOf('/')))}`, `exec 9>>${shellWord(lock)}`, 'flock 9'];
	return ['set -eu', 'umask 077', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...locked, ...lines].join('\n');
}

/** A text that a script runs apart from itself, so that its settings and its descriptors end with it. */
export function subshell(text: string): string {
	return `(\n${text}\n)`;
}

function shownLines({lines, lock}: Pick<HostScriptAction, 'lines' | 'lock'>): readonly string[] {
	return lock === undefined ? lines : [`exec 9>>${shellWord(lock)}; flock 9`, ...lines];
}

export const hostScript: HostVerb<HostScriptAction> = {
	shown: shownLines,
	needs: () => ({tools: ['sh', 'flock', 'ip']}),
	hostLines: action => asFunction('host_script', [subshell(hostScriptText(action))]),
};

/** Lines of sh that root runs on the host to undo a step. They must do no harm when they are run twice. */
export interface UndoScriptAction {
	readonly kind: 'undoScript';
	readonly lines: readonly string[];
	readonly lock?: string;
}

export const undoScript: UndoVerb<UndoScriptAction> = {
	shown: shownLines,
	needs: () => ({tools: ['sh', 'flock', 'ip']}),
	undoLines: action => [subshell(hostScriptText(action))],
};
