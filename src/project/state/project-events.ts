import type {Machine} from '../../container/machine/machine.ts';
import {errnoOf} from '../../host/errno.ts';
import {type FollowedFile, followFile} from '../../host/files/followed-file.ts';
import {type PathWatch, watchPath} from '../../host/watch/watch-path.ts';
import {atMostEvery} from './at-most-every.ts';
import type {ProjectEvent} from './event.ts';
import {eventsFile} from './event-log.ts';
import {lineCutter} from './line-cutter.ts';
import {projectFolder, projectsFolder} from '../../state/project-place.ts';

/** What happened to the containers of a detached project, and goes on to happen. */
export interface EventFeed {
	/** The last events, oldest first; another array each time that there are new ones. */
	readonly events: () => readonly ProjectEvent[];
	readonly close: () => void;
}

/** Events that are held. */
const most = 2000;
/** Bytes read at once; a file of events is 1 MiB at most, and a little more. */
const chunk = 2 * 1024 * 1024;
/** No event is longer, bytes. */
const longest = 1024 * 1024;
/** The shortest time between two readings, ms. */
const turnEvery = 50;
/** How often the files are looked at where the kernel has no watch left, ms. */
const pollMs = 200;

/**
 * Opens a feed of the events that a project's supervisor writes down; none is asked or started. It goes on when the file is
 * put aside for a new one, and when the project is removed and made anew. What is no event is left out.
 *
 * @param changed - called when there are new events
 */
export function openEventFeed(machine: Machine, project: string, changed: () => void): EventFeed {
	const {host, dirs} = machine;
	const folder = projectFolder(dirs.state, project);
	const path = eventsFile(folder);
	let events: readonly ProjectEvent[] = readBefore(`${path}.1`);
	let current: OpenEvents | undefined;
	let watcher: PathWatch | undefined;
	const look = (): void => {
		const fresh = [...(current?.news() ?? [])];
		const inode = host.lstat(path)?.ino;
		// What was put aside was read to its end just now.
		if (inode !== undefined && inode !== current?.inode) {
			fresh.push(...(current?.news() ?? []));
			current?.close();
			current = openEvents(path, inode);
			fresh.push(...(current?.news() ?? []));
		}
		if (fresh.length === 0) return;
		events = [...events, ...fresh].slice(-most);
		changed();
	};
	const paced = atMostEvery(turnEvery, look);
	const watch = (): void => {
		watcher?.close();
		watcher = unlessAbsent(() =>
			watchPath(folder, entry => (entry === null || entry.startsWith('events') ? paced.soon() : undefined), pollMs),
		);
		paced.soon();
	};
	host.mkdirs(projectsFolder(dirs.state), 0o700);
	const parent = watchPath(
		projectsFolder(dirs.state),
		entry => {
			if (entry === null || entry === project) watch();
		},
		pollMs,
	);
	watch();
	look();
	return {
		events: () => events,
		close: () => {
			paced.stop();
			parent.close();
			watcher?.close();
			current?.close();
		},
	};
}

interface OpenEvents {
	readonly inode: number;
	readonly news: () => readonly ProjectEvent[];
	readonly close: () => void;
}

function openEvents(path: string, inode: number): OpenEvents | undefined {
	const file = unlessAbsent(() => followFile(path, 'start'));
	return file === undefined ? undefined : {inode, news: newsOf(file), close: file.close};
}

function newsOf(file: FollowedFile): () => readonly ProjectEvent[] {
	const cutter = lineCutter(longest);
	return () => {
		const lines: string[] = [];
		for (let bytes = file.read(chunk); bytes !== undefined; bytes = file.read(chunk))
			for (const line of cutter.cut(bytes)) lines.push(line.toString());
		return lastEvents(lines);
	};
}

/** Of a long file only so many lines are taken apart. */
function lastEvents(lines: readonly string[]): readonly ProjectEvent[] {
	const events: ProjectEvent[] = [];
	for (let at = lines.length - 1; at >= 0 && events.length < most; at -= 1) events.push(...eventOf(lines[at] ?? ''));
	return events.toReversed();
}

/** What was put aside before. */
function readBefore(path: string): readonly ProjectEvent[] {
	const file = unlessAbsent(() => followFile(path, 'start'));
	if (file === undefined) return [];
	try {
		return newsOf(file)();
	} finally {
		file.close();
	}
}

/** None for a torn line, and for what another version may have written. */
function eventOf(line: string): readonly ProjectEvent[] {
	try {
		const value = JSON.parse(line) as Readonly<Record<string, unknown>> | null;
		const isEvent =
			typeof value?.['type'] === 'string' &&
			value['type'].startsWith('service.') &&
			typeof value['at'] === 'number' &&
			typeof value['service'] === 'string';
		return isEvent ? [value as unknown as ProjectEvent] : [];
	} catch {
		return [];
	}
}

function unlessAbsent<T>(open: () => T): T | undefined {
	try {
		return open();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}
