import type {Machine} from '../../container/machine/machine.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {askProject, untilEnded} from './client.ts';
import {type ControlRequest, hasGoneAway, type ServiceStatus} from '../state/control.ts';
import type {ProjectSink} from '../state/event.ts';
import {readProject} from '../state/project-folder.ts';
import {supervisorOf} from '../../state/project-place.ts';

/** How many supervisors in a row may go away without an event before this gives up. */
const mostInVain = 3;

/** The project whose supervisor gets the requests. */
export interface AskedProject {
	readonly machine: Machine;
	readonly name: string;
	/** Path of the tsbox program. */
	readonly program: string;
}

/** The names of the containers of a project. */
export function recordsOf({machine, name: project}: AskedProject): readonly string[] {
	return allRecords(machine).flatMap(({name, detached}) => (detached?.project === project ? [name] : []));
}

/**
 * Sends a request and waits for the answer. If the supervisor is killed, waits for the answer of a new one.
 *
 * @param another - called when a new supervisor takes over
 * @param signal - aborts only the wait
 * @throws TsboxError the supervisor's error, or why no supervisor can be started.
 */
export async function stayWith(
	project: AskedProject,
	first: ControlRequest,
	names: readonly string[],
	onEvent: ProjectSink,
	another: () => void,
	signal?: AbortSignal,
): Promise<readonly ServiceStatus[]> {
	const {machine, name, program} = project;
	let request = first;
	let inVain = 0;
	for (;;) {
		try {
			const answer = askProject(
				machine,
				name,
				request,
				program,
				event => {
					inVain = 0;
					onEvent(event);
				},
				signal,
			);
			if (request !== first) another();
			return await answer;
		} catch (error) {
			if (signal?.aborted === true) return [];
			// Another command ran `down`.
			if (await isTakenDown(project, error)) return [];
			if (++inVain === mostInVain) throw error;
			request = {verb: 'stay', names};
		}
	}
}

/** Stops the named containers that the supervisor knows, dependents first. */
export async function stopThose(
	project: AskedProject,
	names: readonly string[],
	how: {readonly timeoutMs?: number},
): Promise<void> {
	const {machine, name, program} = project;
	const services = await known(project, names);
	if (services.length > 0) await askProject(machine, name, {verb: 'stop', services, ...how}, program);
}

/** Removes containers; takes the project down if no others remain. */
export async function takeAway(project: AskedProject, made: readonly string[], emit: ProjectSink): Promise<void> {
	const {machine, name, program} = project;
	for (let inVain = 0; readProject(machine.host, machine.dirs.state, name) !== undefined; ) {
		try {
			if (recordsOf(project).every(each => made.includes(each))) {
				await askProject(machine, name, {verb: 'down'}, program, emit);
				return;
			}
			const services = await known(project, made);
			if (services.length > 0) await askProject(machine, name, {verb: 'remove', services}, program, emit);
			return;
		} catch (error) {
			if (await isTakenDown(project, error)) return;
			if (++inVain === mostInVain) throw error;
		}
	}
}

/**
 * Whether the supervisor went away because the project was taken down, and not because it was killed.
 *
 * @throws TsboxError any other error.
 */
async function isTakenDown({machine, name}: AskedProject, error: unknown): Promise<boolean> {
	const {host, dirs} = machine;
	const ending = supervisorOf(host, dirs.state, name);
	if (hasGoneAway(error) && ending !== undefined) await untilEnded(machine, ending);
	if (readProject(host, dirs.state, name) === undefined) return true;
	if (!hasGoneAway(error)) throw error;
	return false;
}

async function known({machine, name, program}: AskedProject, names: readonly string[]): Promise<readonly string[]> {
	const states = await askProject(machine, name, {verb: 'status', services: []}, program);
	return names.filter(each => states.some(state => state.name === each));
}
