import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {ProjectEvent, ProjectSink} from './event.ts';

/** Bytes of the file of events at which the older half makes way. */
const longest = 1024 * 1024;

/** The file that a project's events are added to, a line of JSON each; steps of starts are left out. */
export function eventsFile(folder: string): string {
	return `${folder}/events`;
}

/** Writes events down; the file before is kept once. */
export function eventLog(host: Host, folder: string): ProjectSink {
	const file = eventsFile(folder);
	return (event: ProjectEvent) => {
		if (event.type === 'service.step') return;
		try {
			if ((host.lstat(file)?.size ?? 0) > longest) host.rename(file, `${file}.1`);
			host.append(file, `${JSON.stringify(event)}\n`);
		} catch (error) {
			// A full disk costs the line; who listens hears of it all the same.
			if (errnoOf(error) === undefined) throw error;
		}
	};
}
