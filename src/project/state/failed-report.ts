import type {Machine} from '../../container/machine/machine.ts';
import {readStartReport, removeStartReport, type StartReport, writeStartReport} from '../../state/start-report.ts';
import {projectFolder} from '../../state/project-place.ts';

type Place = Pick<Machine, 'host' | 'dirs'>;

/** Escapes the characters of a label that a file name cannot have. */
function fileOf(label: string): string {
	const safe = label.replaceAll(/[^\w.-]/g, character => `%${character.charCodeAt(0).toString(16)}`);
	return `failed-${safe}.json`;
}

/** Keeps the report of a failed start in the project folder, as the container's own folder is removed. */
export function keepFailedReport({host, dirs}: Place, project: string, label: string, report: StartReport): void {
	writeStartReport(host, projectFolder(dirs.state, project), report, fileOf(label));
}

/** Removes the report, after the container has started or is removed. */
export function forgetFailedReport({host, dirs}: Place, project: string, label: string): void {
	removeStartReport(host, projectFolder(dirs.state, project), fileOf(label));
}

/**
 * The report of a container's last start, if it failed.
 *
 * @param label - the service name, with the number of the replica from the second on
 */
export function failedReport({host, dirs}: Place, project: string, label: string): StartReport | undefined {
	return readStartReport(host, projectFolder(dirs.state, project), fileOf(label));
}
