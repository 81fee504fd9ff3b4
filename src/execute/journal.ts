import type {Host} from '../host/host.ts';
import type {UndoAction} from '../step/verbs/action.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';

/** One line of the journal: an undo, written before its step is done, or a process that was started. */
export type JournalEntry = {readonly id: string; readonly undo: UndoAction} | {readonly process: ProcessIdentity};

/** A write-ahead log of undos and processes. */
export interface Journal {
	/** Must be called before the step is done. */
	willDo(id: string, undo: UndoAction): void;
	started(process: ProcessIdentity): void;
}

/**
 * The journal in a container's folder. It is not synced to disk. A kill of tsbox loses nothing that write(2) took. A
 * power cut also removes the kernel objects, and what is left on disk is found without the journal.
 */
export function openJournal(host: Host, folder: string): Journal {
	const add = (entry: JournalEntry): void => host.append(`${folder}/journal`, `${JSON.stringify(entry)}\n`);
	return {
		willDo: (id, undo) => add({id, undo}),
		started: process => add({process}),
	};
}

/** The entries of a journal, oldest first. A torn last line is skipped, because its step was not begun. */
export function readJournal(host: Host, folder: string): readonly JournalEntry[] {
	const lines = host.readText(`${folder}/journal`)?.split('\n') ?? [];
	return lines.flatMap(line => {
		try {
			return line === '' ? [] : [JSON.parse(line) as JournalEntry];
		} catch {
			return [];
		}
	});
}

/** Leaves only the undos of these steps in a journal, in one rename, so that no kill loses them. */
export function cutJournal(host: Host, folder: string, kept: readonly string[]): void {
	const entries = readJournal(host, folder).filter(entry => 'id' in entry && kept.includes(entry.id));
	host.writeAtomic(`${folder}/journal`, entries.map(entry => `${JSON.stringify(entry)}\n`).join(''), 0o600);
}
