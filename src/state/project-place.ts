import type {Host} from '../host/host.ts';
import {bootId, isRunning, type ProcessIdentity} from '../host/programs/process.ts';
import {ownJson} from './own-json.ts';

/** The folder of all detached projects. */
export function projectsFolder(state: string): string {
	return `${state}/projects`;
}

/** The folder of one project: its request, supervisor, socket, and events. */
export function projectFolder(state: string, name: string): string {
	return `${projectsFolder(state)}/${name}`;
}

/** Records which process supervises a project. */
export function writeSupervisor(host: Host, state: string, name: string, process: ProcessIdentity): void {
	const noted = JSON.stringify({...process, bootId: bootId(host)});
	host.writeAtomic(`${projectFolder(state, name)}/supervisor.json`, `${noted}\n`, 0o600);
}

/** The supervisor of a project; undefined when none runs. */
export function supervisorOf(host: Host, state: string, name: string): ProcessIdentity | undefined {
	const noted = ownJson<ProcessIdentity & {readonly bootId: string}>(
		host,
		`${projectFolder(state, name)}/supervisor.json`,
	);
	// The boot id matters: another boot may reuse the pid and start time, and the state folder may be on disk.
	return noted !== undefined && noted.bootId === bootId(host) && isRunning(host, noted) ? noted : undefined;
}
