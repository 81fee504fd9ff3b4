import type {Machine} from '../machine/machine.ts';
import {hasEnded} from '../../host/programs/process.ts';
import {containerFolder, containersFolder} from '../../state/record.ts';
import {isUnfinishedRun, runsFolder} from '../../state/run-place.ts';

/** A file that {@link Host.writeAtomic} had not yet renamed: `NAME.PID-HEX.tmp`. */
const temporary = /\.(\d+)-[0-9a-f]{12}\.tmp$/;

/** The folders in which tsbox writes files whole or not at all, and that stay. */
function foldersOf({host, dirs}: Machine): readonly string[] {
	const below = (folder: string): readonly string[] => host.list(folder).map(name => `${folder}/${name}`);
	return [
		dirs.state,
		`${dirs.state}/exited`,
		...below(`${dirs.state}/projects`),
		...host.list(containersFolder(dirs.state)).map(name => containerFolder(dirs.state, name)),
		dirs.store,
		`${dirs.store}/seccomp`,
		...below(`${dirs.store}/logs`),
	];
}

/** Removes files that were being written when their writer died; gives their paths. */
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
 * Removes folders of detached projects that were being made when their maker died, `.new-PID-NAME`, or being removed, `.old-PID-NAME`: a
 * project has a request as long as it is there. Gives their paths.
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

/** Removes run records that were being written when their tsbox died; gives their paths. */
export function sweepRuns({host, dirs}: Machine): readonly string[] {
	const folder = runsFolder(dirs.store);
	const left = host.list(folder).filter(name => isUnfinishedRun(host, name));
	for (const name of left) host.removeTree(`${folder}/${name}`);
	return left.map(name => `${folder}/${name}`);
}

/** Removes pipes that the library made ahead, `PID-HEX-N`, and whose maker died before it opened them. Gives their paths. */
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
