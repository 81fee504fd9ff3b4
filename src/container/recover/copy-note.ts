import type {Machine} from '../machine/machine.ts';
import {randomBytes} from 'node:crypto';
import {errnoOf} from '../../host/errno.ts';
import {type Pinned, pathOf, pin, unpin} from '../../host/files/pinned.ts';
import {ownerName, ownerRuns} from '../../image/store/owner.ts';

/** The temporary folder of a copy, beside its target. */
interface CopyNote {
	readonly path: string;
	/** Identifies the parent folder, since its path may lead elsewhere later. */
	readonly dev: number;
	readonly ino: number;
	readonly temporary: string;
}

const pattern = /^\.tsbox-cp-[0-9a-f]{16}$/;

/** A name for the temporary folder of a copy out of a container. */
export function temporaryName(): string {
	return `.tsbox-cp-${randomBytes(8).toString('hex')}`;
}

function notesFolder({dirs}: Machine): string {
	return `${dirs.state}/copies`;
}

/**
 * Notes where a copy will create its temporary folder, so that `gc` can remove it after a kill: it lies in a folder of the
 * user. Returns a function that removes the note. If the state folder is not writable, the copy continues without a note.
 */
export function noteCopy(machine: Machine, folder: Pinned, temporary: string): () => void {
	const {host} = machine;
	const facts = host.stat(pathOf(folder));
	const file = `${notesFolder(machine)}/${ownerName(host)}-${temporary.slice(-16)}`;
	if (facts === undefined) return () => {};
	const note: CopyNote = {path: folder.real, dev: facts.dev, ino: facts.ino, temporary};
	const unlessRefused = (work: () => void): void => {
		try {
			work();
		} catch (error) {
			if (errnoOf(error) === undefined) throw error;
		}
	};
	unlessRefused(() => {
		host.mkdirs(notesFolder(machine), 0o700);
		host.append(file, `${JSON.stringify(note)}\n`);
	});
	return () => unlessRefused(() => host.removeTree(file));
}

/** Removes temporary folders of copies whose tsbox has died, and returns their paths. */
export function sweepCopies(machine: Machine): readonly string[] {
	const {host} = machine;
	const removed: string[] = [];
	for (const name of host.list(notesFolder(machine))) {
		if (ownerRuns(host, name)) continue;
		const file = `${notesFolder(machine)}/${name}`;
		const note = noteIn(machine, file);
		const path = note === undefined ? undefined : removeNoted(machine, note);
		if (path !== undefined) removed.push(path);
		host.removeTree(file);
	}
	return removed;
}

/** Reads a note; undefined if it is truncated or belongs to another user. */
function noteIn({host}: Machine, file: string): CopyNote | undefined {
	const owner = host.lstat(file)?.uid;
	if (owner !== 0 && owner !== process.getuid?.()) return undefined;
	try {
		const note = JSON.parse(host.readText(file) ?? '') as CopyNote;
		return pattern.test(note.temporary) && note.path.startsWith('/') ? note : undefined;
	} catch {
		return undefined;
	}
}

/** Removes the temporary folder. The parent is held open, so that no one with write access above it can redirect the removal. */
function removeNoted({host}: Machine, {path, dev, ino, temporary}: CopyNote): string | undefined {
	let folder: Pinned;
	try {
		folder = pin(path);
	} catch {
		return undefined;
	}
	try {
		const facts = host.stat(pathOf(folder));
		if (facts?.dev !== dev || facts.ino !== ino) return undefined;
		const inside = `${pathOf(folder)}/${temporary}`;
		if (host.lstat(inside) === undefined) return undefined;
		host.removeTree(inside);
		return `${path}/${temporary}`;
	} finally {
		unpin(folder);
	}
}
