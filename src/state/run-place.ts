import {createHash, randomBytes} from 'node:crypto';
import type {Host} from '../host/host.ts';
import {ownerName, ownerRuns} from '../image/store/owner.ts';
import type {ContainerRecord} from './record.ts';

/** The folder of the run records in the store. */
export const runsFolder = (store: string): string => `${store}/runs`;

/** A new run id: UTC start time, so that ids sort by time, and six random digits: `20261127t015033-1f0a9c`. */
export function newRunId(now: number): string {
	return `${timeWord(now)}-${randomBytes(3).toString('hex')}`;
}

/**
 * The run id of one life of a supervised container. The id is derived and not random, so that a supervisor that takes over from a
 * killed one does not record the run twice.
 */
export function instanceRunId({name, bootId, created}: Pick<ContainerRecord, 'name' | 'bootId' | 'created'>): string {
	// Milliseconds come first, so that runs of the same second sort by time too.
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

/** Whether a name is a run id. */
export function isRunId(name: string): boolean {
	return /^\d{8}t\d{6}-[0-9a-f]{6}$/.test(name);
}

/** Creates a work folder for a record beside the finished ones and returns its path. */
export function makeRunWork(host: Host, store: string): string {
	const folder = `${runsFolder(store)}/.new-${ownerName(host)}-${randomBytes(4).toString('hex')}`;
	host.mkdirs(store, 0o700);
	host.mkdir(runsFolder(store), 0o700);
	host.mkdir(folder, 0o700);
	return folder;
}

/** Removes a record. A kill in the middle leaves only a hidden folder that `gc` removes. */
export function removeRunFolder(host: Host, store: string, id: string): void {
	const aside = `${runsFolder(store)}/.old-${ownerName(host)}-${randomBytes(4).toString('hex')}`;
	host.rename(`${runsFolder(store)}/${id}`, aside);
	host.removeTree(aside);
}

/** Whether a folder name among the records is a leftover of a tsbox that died while it wrote or removed a record. */
export function isUnfinishedRun(host: Host, name: string): boolean {
	return /^\.(new|old)-/.test(name) && !ownerRuns(host, name.slice('.new-'.length));
}
