import type {Machine} from '../machine/machine.ts';
import {hasEnded} from '../../host/programs/process.ts';
import {mountsFolder, rowsFolder} from '../../image/store/build-cache.ts';
import {blobsFolder, manifestsFolder, namesFolder} from '../../image/store/store.ts';
import {definitionsFolder, networksFolder} from '../../state/network.ts';
import {containerFolder, containersFolder} from '../../state/record.ts';
import {isUnfinishedRun, runsFolder} from '../../state/run-place.ts';

/** A temporary file of {@link Host.writeAtomic}: `NAME.PID-HEX.tmp`. */
const temporary = /\.(\d+)-[0-9a-f]{12}\.tmp$/;

/** The permanent folders in which tsbox writes files atomically. */
function foldersOf({host, dirs}: Machine): readonly string[] {
	const below = (folder: string): readonly string[] => host.list(folder).map(name => `${folder}/${name}`);
	return [
		dirs.state,
		`${dirs.state}/exited`,
		...below(`${dirs.state}/projects`),
		...below(networksFolder(dirs.state)),
		definitionsFolder(dirs.store),
		...host.list(containersFolder(dirs.state)).map(name => containerFolder(dirs.state, name)),
		dirs.store,
		`${dirs.store}/seccomp`,
		`${blobsFolder(dirs.store)}/sha256`,
		manifestsFolder(dirs.store),
		namesFolder(dirs.store),
		rowsFolder(dirs.store),
		...below(mountsFolder(dirs.store)),
		...below(`${dirs.store}/logs`),
	];
}

/** Removes temporary files whose writer has died, and returns their paths. */
export function sweepTemporary(machine: Machine): readonly string[] {
	const {host} = machine;
	const removed: string[] = [];
	for (const folder of foldersOf(machine)) {
		for (const name of host.list(folder)) {
			const pid = temporary.exec(name)?.[1];
			if (pid === undefined || !hasEnded(host, pid)) continue;
			host.removeTree(`${folder}/${name}`);
			removed.push(`${folder}/${name}`);
		}
	}
	return removed;
}

/**
 * Removes folders of projects whose creator (`.new-PID-NAME`) or remover (`.old-PID-NAME`) has died, and project folders
 * without a request. Returns their paths.
 */
export function sweepProjects({host, dirs}: Machine): readonly string[] {
	const folder = `${dirs.state}/projects`;
	const removed: string[] = [];
	for (const name of host.list(folder)) {
		const pid = /^\.(?:new|old)-(\d+)-/.exec(name)?.[1];
		const isWhole = pid === undefined && host.lstat(`${folder}/${name}/project.json`) !== undefined;
		if (isWhole || (pid !== undefined && !hasEnded(host, pid))) continue;
		host.removeTree(`${folder}/${name}`);
		removed.push(`${folder}/${name}`);
	}
	return removed;
}

/** Removes unfinished run records whose tsbox has died, and returns their paths. */
export function sweepRuns({host, dirs}: Machine): readonly string[] {
	const folder = runsFolder(dirs.store);
	const left = host.list(folder).filter(name => isUnfinishedRun(host, name));
	for (const name of left) host.removeTree(`${folder}/${name}`);
	return left.map(name => `${folder}/${name}`);
}

/** Removes FIFOs that the library made in advance, `PID-HEX-N`, and whose maker has died. Returns their paths. */
export function sweepPipes({host, dirs}: Machine): readonly string[] {
	const folder = `${dirs.state}/pipes`;
	const removed: string[] = [];
	for (const name of host.list(folder)) {
		const pid = /^(\d+)-[0-9a-f]{12}-\d+$/.exec(name)?.[1];
		if (pid === undefined || !hasEnded(host, pid)) continue;
		host.removeTree(`${folder}/${name}`);
		removed.push(`${folder}/${name}`);
	}
	return removed;
}
