import type {Host} from '../host/host.ts';
import type {UndoAction} from '../step/verbs/action.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';

/** One line of the journal: what takes a step back, written before the step is done, or a process that was started. */
export type JournalEntry = {readonly id: string; readonly undo: UndoAction} | {readonly process: ProcessIdentity};

/** Writes ahead what takes the coming steps back. */
export interface Journal {
	/** To be called before the step is done. */
	willDo(id: string, undo: UndoAction): void;
	started(process: ProcessIdentity): void;
}

/**
 * The journal in a container's folder. It is not fsynced: a kill of tsbox loses nothing that write(2) took, and a power
 * cut takes the kernel objects with it; what is on disk then is found by looking, not by the journal.
 */
export function openJournal(host: Host, folder: string): Journal {
	const add = (entry: JournalEntry): void => host.append(`${folder}/journal`, `${JSON.stringify(entry)}\n`);
	return {
		willDo: (id, undo) => add({id, undo}),
		started: process => add({process}),
	};
}

/** The entries of a journal, oldest first; a torn last line is of a step that was not begun. */
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
