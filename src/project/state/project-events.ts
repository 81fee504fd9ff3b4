import type {Machine} from '../../container/machine/machine.ts';
import {errnoOf} from '../../host/errno.ts';
import {type FollowedFile, followFile} from '../../host/files/followed-file.ts';
import {type PathWatch, watchPath} from '../../host/watch/watch-path.ts';
import {atMostEvery} from './at-most-every.ts';
import type {ProjectEvent} from './event.ts';
import {eventsFile} from './event-log.ts';
import {lineCutter} from './line-cutter.ts';
import {projectFolder, projectsFolder} from '../../state/project-place.ts';

/** The past and new events of a detached project. */
export interface EventFeed {
	/** The last events, oldest first; a new array after each change. */
	readonly events: () => readonly ProjectEvent[];
	readonly close: () => void;
}

/** The most events that are kept. */
const most = 2000;
/** Bytes per read; an events file is little larger than 1 MiB. */
const chunk = 2 * 1024 * 1024;
/** The longest event line, bytes. */
const longest = 1024 * 1024;
/** The shortest time between two reads, ms. */
const turnEvery = 50;
/** How often to poll when no inotify watch is available, ms. */
const pollMs = 200;

/**
 * Opens a feed of the events in a project's events file; needs no running supervisor. The feed survives file rotation, and
 * removal and recreation of the project. Skips lines that are not events.
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
		// The file was rotated: read the rest of the old one, then open the new one.
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

/** Parses only as many of the last lines as are kept. */
function lastEvents(lines: readonly string[]): readonly ProjectEvent[] {
	const events: ProjectEvent[] = [];
	for (let at = lines.length - 1; at >= 0 && events.length < most; at -= 1) events.push(...eventOf(lines[at] ?? ''));
	return events.toReversed();
}

/** The events of the rotated file. */
function readBefore(path: string): readonly ProjectEvent[] {
	const file = unlessAbsent(() => followFile(path, 'start'));
	if (file === undefined) return [];
	try {
		return newsOf(file)();
	} finally {
		file.close();
	}
}

/** The event of a line; none for a torn line or one of another version. */
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
