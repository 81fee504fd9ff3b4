import type {Host} from '../host/host.ts';

/** A file beside the record that only the supervisor writes, so that it and `update` do not overwrite each other's changes. */
function notesFile(folder: string): string {
	return `${folder}/notes.json`;
}

/**
 * The changes that a supervisor noted since a record was created; empty when they belong to an earlier record or are not trusted.
 *
 * @param created - `created` of the record
 */
export function readNotes(host: Host, folder: string, created: number): object {
	const path = notesFile(folder);
	const owner = host.lstat(path)?.uid;
	if (owner !== 0 && owner !== process.getuid?.()) return {};
	try {
		const noted = JSON.parse(host.readText(path) ?? '') as {readonly created?: unknown; readonly changes?: unknown};
		return noted.created === created && typeof noted.changes === 'object' && noted.changes !== null
			? noted.changes
			: {};
	} catch {
		return {};
	}
}

/** Adds changes to the notes. Only the supervisor may call this. */
export function addNotes(host: Host, folder: string, created: number, changes: object): void {
	const all = {...readNotes(host, folder, created), ...changes};
	host.writeAtomic(notesFile(folder), `${JSON.stringify({created, changes: all})}\n`, 0o600);
}
