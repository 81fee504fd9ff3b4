import type {Machine} from '../../container/machine/machine.ts';
import {pathWatches} from '../../host/watch/path-watches.ts';
import {listProjects, type ProjectSummary} from './list-projects.ts';
import {projectFolder, projectsFolder} from '../../state/project-place.ts';

/** The detached projects, as they come, change and go, until it is closed. */
export interface FollowedProjects {
	/** As they are now; read when they were never, or something was told. Without who looks after them, which nothing tells of. */
	readonly projects: () => readonly Omit<ProjectSummary, 'supervisorPid'>[];
	readonly close: () => void;
}

/** How often it is looked where the kernel has no watch left, ms. */
const pollMs = 1000;

/**
 * Follows the detached projects by inotify(7).
 *
 * @param changed - told when they may be others than they were when they were asked for last
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
		// Folders that are being made or removed.
		if (entry?.startsWith('.') === true) return;
		// A project that was made anew under the name has another folder.
		if (entry !== null) watches.drop(entry);
		tell();
	};
	const folderChanged = (entry: string | null): void => void ((entry ?? 'project.json') === 'project.json' && tell());
	/** Each is watched before it is read: what changes between the two is told. */
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
