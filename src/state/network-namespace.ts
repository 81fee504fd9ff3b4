import type {Host} from '../host/host.ts';
import {isRunning} from '../host/programs/process.ts';
import {networksFolder} from './network.ts';

/*
 * An ordinary user may make no devices on the host. All bridges, cables, and rules of such a user are in one network namespace, which
 * belongs to a user namespace of the same process. That process does nothing but hold the two.
 */

/** The file that names the process which holds an ordinary user's network namespace: its pid and its start time. */
export function namespaceFile(state: string): string {
	return `${networksFolder(state)}/.namespace`;
}

/** The pid of the running process that a file names by its number and the time of its start; undefined without one. */
export function namedProcess(host: Host, file: string): number | undefined {
	const [, pid = '', startTime = ''] = /^(\d+) (\d+)\n$/.exec(host.readText(file) ?? '') ?? [];
	return startTime !== '' && isRunning(host, {pid: Number(pid), startTime}) ? Number(pid) : undefined;
}
