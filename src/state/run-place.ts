import {randomBytes} from 'node:crypto';
import type {Host} from '../host/host.ts';
import {ownerName, ownerRuns} from '../image/owner.ts';

/** The folder of the run records in the store. */
export const runsFolder = (store: string): string => `${store}/runs`;

/** A new id of a run: when it began, UTC, so that ids sort by time, and six random digits: `20261127t015033-1f0a9c`. */
export function newRunId(now: number): string {
	const time = new Date(now)
		.toISOString()
		.replaceAll(/[-:]|\.\d+Z/g, '')
		.toLowerCase();
	return `${time}-${randomBytes(3).toString('hex')}`;
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

/** Whether a name among the records is what a tsbox left that died while it wrote one. */
export function isUnfinishedRun(host: Host, name: string): boolean {
	return name.startsWith('.new-') && !ownerRuns(host, name.slice('.new-'.length));
}
