import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import {isRunId, removeRunFolder, runsFolder} from '../state/run-place.ts';
import type {RunsMachine} from './list-runs.ts';
import {instanceFile} from './run-record.ts';

/** How many records to keep per detached container. */
const mostLives = 10;

/** Whether a folder is the record of a detached container of that name. */
export function isInstanceOf(host: Host, folder: string, name: string): boolean {
	return host.readText(`${folder}/${instanceFile}`) === `${name}\n`;
}

/**
 * Removes all but the newest records of a detached container, so that a container that restarts forever does not fill the
 * disk. Records of other runs do not count. A record that cannot be removed stays until the next time.
 *
 * @param newest - the record that always stays, since the clock may have been set back
 */
export function keepNewest({host, dirs}: RunsMachine, name: string, newest: string): void {
	const folder = runsFolder(dirs.store);
	const lives = host.list(folder).filter(id => isRunId(id) && isInstanceOf(host, `${folder}/${id}`, name));
	// Ids sort by the second of the start. The order within one second does not matter.
	for (const id of lives.slice(0, -mostLives)) {
		if (id === newest) continue;
		try {
			removeRunFolder(host, dirs.store, id);
		} catch (error) {
			if (errnoOf(error) === undefined) throw error;
		}
	}
}
