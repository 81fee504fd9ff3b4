import {createHash, randomBytes} from 'node:crypto';
import type {Host} from '../host/host.ts';
import {ownerName, ownerRuns} from '../image/store/owner.ts';
import type {ContainerRecord} from './record.ts';

/** The folder of the run records in the store. */
export const runsFolder = (store: string): string => `${store}/runs`;

/** A new id of a run: when it began, UTC, so that ids sort by time, and six random digits: `20261127t015033-1f0a9c`. */
export function newRunId(now: number): string {
	return `${timeWord(now)}-${randomBytes(3).toString('hex')}`;
}

/**
 * The id of the run that a container's life is: the same whoever writes it down, so that a supervisor that takes over from one
 * that was killed does not write it twice.
 */
export function lifeRunId({name, bootId, created}: Pick<ContainerRecord, 'name' | 'bootId' | 'created'>): string {
	// Milliseconds first, so that lives of the same second sort by time too.
	const ms = (created % 1000).toString(16).padStart(3, '0');
	const digits = createHash('sha256').update(`${bootId} ${name} ${created}`).digest('hex').slice(0, 3);
	return `${timeWord(created)}-${ms}${digits}`;
}

function timeWord(now: number): string {
	return new Date(now)
		.toISOString()
		.replaceAll(/[-:]|\.\d+Z/g, '')
		.toLowerCase();
}

/** Tells the id of a run from other names. */
export function isRunId(name: string): boolean {
	return /^\d{8}t\d{6}-[0-9a-f]{6}$/.test(name);
}

/** Makes a folder for a record that is being written, of this process and beside the whole ones; gives its path. */
export function makeRunWork(host: Host, store: string): string {
	const folder = `${runsFolder(store)}/.new-${ownerName(host)}-${randomBytes(4).toString('hex')}`;
	host.mkdirs(store, 0o700);
	host.mkdir(runsFolder(store), 0o700);
	host.mkdir(folder, 0o700);
	return folder;
}

/** Removes a record; a kill in the middle leaves none that is believed, but what `gc` takes. */
export function removeRunFolder(host: Host, store: string, id: string): void {
	const aside = `${runsFolder(store)}/.old-${ownerName(host)}-${randomBytes(4).toString('hex')}`;
	host.rename(`${runsFolder(store)}/${id}`, aside);
	host.removeTree(aside);
}

/** Whether a name among the records is what a tsbox left that died while it wrote or removed one. */
export function isUnfinishedRun(host: Host, name: string): boolean {
	return /^\.(new|old)-/.test(name) && !ownerRuns(host, name.slice('.new-'.length));
}
