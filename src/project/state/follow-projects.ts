import type {Machine} from '../../container/machine/machine.ts';
import {pathWatches} from '../../host/watch/path-watches.ts';
import {listProjects, type ProjectSummary} from './list-projects.ts';
import {projectFolder, projectsFolder} from '../../state/project-place.ts';

/** A live list of the detached projects. */
export interface FollowedProjects {
	/** The current projects, cached until a change. Without `supervisorPid`, whose changes are not watched. */
	readonly projects: () => readonly Omit<ProjectSummary, 'supervisorPid'>[];
	readonly close: () => void;
}

/** How often to poll when no inotify watch is available, ms. */
const pollMs = 1000;

/**
 * Follows the detached projects with inotify(7).
 *
 * @param changed - called when the list may have changed since it was last read
 */
export function followProjects(machine: Machine, changed: () => void): FollowedProjects {
	const {host, dirs} = machine;
	const top = projectsFolder(dirs.state);
	const watches = pathWatches(pollMs);
	let known: readonly ProjectSummary[] | undefined;
	const tell = (): void => {
		known = undefined;
		changed();
	};
	const topChanged = (entry: string | null): void => {
		// A folder that is being created or removed.
		if (entry?.startsWith('.') === true) return;
		// A project that was recreated has a new folder, so the old watch is stale.
		if (entry !== null) watches.drop(entry);
		tell();
	};
	const folderChanged = (entry: string | null): void => void ((entry ?? 'project.json') === 'project.json' && tell());
	/** Watches each folder before it reads it, so that no change is missed. */
	const look = (): readonly ProjectSummary[] => {
		host.mkdirs(top, 0o700);
		watches.add('/', top, topChanged);
		const names = host.list(top).filter(name => !name.startsWith('.'));
		for (const name of names) watches.add(name, projectFolder(dirs.state, name), folderChanged);
		watches.keep(new Set(['/', ...names]));
		return listProjects(machine);
	};
	return {projects: () => (known ??= look()), close: watches.close};
}
