import type {Host} from '../host/host.ts';

/** A file beside the record that its supervisor alone writes: so neither it nor `update` takes back what the other wrote. */
function notesFile(folder: string): string {
	return `${folder}/notes.json`;
}

/**
 * What a supervisor noted since a record was made; nothing where it was of an earlier one, or is not to be trusted.
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

/** Adds to what is noted; to be called by the supervisor alone. */
export function addNotes(host: Host, folder: string, created: number, changes: object): void {
	const all = {...readNotes(host, folder, created), ...changes};
	host.writeAtomic(notesFile(folder), `${JSON.stringify({created, changes: all})}\n`, 0o600);
}
