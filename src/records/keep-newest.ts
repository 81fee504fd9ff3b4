import {errnoOf} from '../host/errno.ts';
import type {Host} from '../host/host.ts';
import {isRunId, removeRunFolder, runsFolder} from '../state/run-place.ts';
import type {RunsMachine} from './list-runs.ts';
import {lifeFile} from './run-record.ts';

/** Records of the lives of one detached container that are kept. */
const mostLives = 10;

/** Whether a folder is the record of a life of that container. */
export function isLifeOf(host: Host, folder: string, name: string): boolean {
	return host.readText(`${folder}/${lifeFile}`) === `${name}\n`;
}

/**
 * Removes all but the newest records of the lives of a detached container, so that one that ends and is started again for ever
 * does not fill the disk. Records of other runs are not counted. One that can't be removed is left for the next time.
 *
 * @param newest - the one that stays in any case: the clock may have been set back
 */
export function keepNewest({host, dirs}: RunsMachine, name: string, newest: string): void {
	const folder = runsFolder(dirs.store);
	const lives = host.list(folder).filter(id => isRunId(id) && isLifeOf(host, `${folder}/${id}`, name));
	// Ids sort by the second in which a life began; which of one second goes first does not matter.
	for (const id of lives.slice(0, -mostLives)) {
		if (id === newest) continue;
		try {
			removeRunFolder(host, dirs.store, id);
		} catch (error) {
			if (errnoOf(error) === undefined) throw error;
		}
	}
}
