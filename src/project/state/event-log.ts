import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {ProjectEvent, ProjectSink} from './event.ts';

/** The size at which the events file is rotated, bytes. */
const longest = 1024 * 1024;

/** The file of a project's events as JSON lines, without `service.step`. */
export function eventsFile(folder: string): string {
	return `${folder}/events`;
}

/** Appends events to the events file, and keeps one rotated file. */
export function eventLog(host: Host, folder: string): ProjectSink {
	const file = eventsFile(folder);
	return (event: ProjectEvent) => {
		if (event.type === 'service.step') return;
		try {
			if ((host.lstat(file)?.size ?? 0) > longest) host.rename(file, `${file}.1`);
			host.append(file, `${JSON.stringify(event)}\n`);
		} catch (error) {
			// A full disk only loses the line: clients still get the event.
			if (errnoOf(error) === undefined) throw error;
		}
	};
}
