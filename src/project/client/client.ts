import type {Machine} from '../../container/machine/machine.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {leaveGroup} from '../../container/machine/leave-group.ts';
import {startInBackground} from '../../host/programs/background.ts';
import {skopeoEnvironment} from '../../image/pull/skopeo-environment.ts';
import {heapLimits, startWords} from '../../host/programs/start-words.ts';
import {isRunning, type ProcessIdentity} from '../../host/programs/process.ts';
import {ask, type ControlRequest, hasGoneAway, type ServiceStatus} from '../state/control.ts';
import type {ProjectSink} from '../state/event.ts';
import {controlSocket, readProject} from '../state/project-folder.ts';
import {projectFolder, supervisorOf} from '../../state/project-place.ts';
import {takenDown} from '../supervisor/starting.ts';

/** How long a supervisor may take to listen, ms. */
const listensWithin = 120_000;
/** How long a supervisor may take to exit after it closed its socket, ms. */
const endsWithin = 2000;

/**
 * Sends a request to the supervisor of a project. Starts a supervisor if none runs; it takes over running containers.
 *
 * @param program - path of the tsbox program
 * @throws TsboxError the supervisor's error; E_STATE when no supervisor can be started.
 */
export async function askProject(
	machine: Machine,
	name: string,
	request: ControlRequest,
	program: string,
	onEvent: ProjectSink = () => {},
	signal?: AbortSignal,
): Promise<readonly ServiceStatus[]> {
	await ensureSupervisor(machine, name, program, signal);
	const before = supervisorOf(machine.host, machine.dirs.state, name);
	const socket = controlSocket(machine.dirs.state, name);
	let heard = false;
	const hear: ProjectSink = event => {
		heard = true;
		onEvent(event);
	};
	const states = await ask(socket, request, hear, signal).catch(async (error: unknown) => {
		if (heard || !hasGoneAway(error)) throw error;
		// The supervisor was idle and is exiting, or was killed, before it read the request: ask a new one.
		await untilEnded(machine, before, endsWithin);
		if (before !== undefined && isRunning(machine.host, before)) throw error;
		await ensureSupervisor(machine, name, program, signal);
		return ask(socket, request, onEvent, signal);
	});
	if (request.verb === 'down') await untilEnded(machine, before);
	return states;
}

/** Waits until an exiting supervisor is gone, so that nothing of the project is left. */
export async function untilEnded(
	{host}: Machine,
	process: ProcessIdentity | undefined,
	withinMs = listensWithin,
): Promise<void> {
	const until = performance.now() + withinMs;
	while (process !== undefined && isRunning(host, process) && performance.now() < until) await delay(10);
}

/**
 * Starts the supervisor of a project if none runs, and waits until it listens.
 *
 * @throws TsboxError E_STATE with the supervisor's output, E_NO_SUCH_CONTAINER if the project was taken down, E_INTERRUPTED.
 */
export async function ensureSupervisor(
	machine: Machine,
	name: string,
	program: string,
	signal?: AbortSignal,
): Promise<void> {
	const {host, dirs} = machine;
	const socket = controlSocket(dirs.state, name);
	const listens = (): boolean => supervisorOf(host, dirs.state, name) !== undefined && host.lstat(socket) !== undefined;
	if (listens()) return;
	const said = `${projectFolder(dirs.state, name)}/said`;
	// A supervisor is idle most of the time: low memory use matters more than fast garbage collection.
	const small = ['--lite-mode', '--single-threaded', '--max-semi-space-size=1', '--max-old-space-size=128'];
	const folders = ['--store', dirs.store, '--state', dirs.state];
	leaveGroup(machine);
	if (readProject(host, dirs.state, name) === undefined) throw takenDown(name);
	const words = [...startWords(program, small), ...folders, 'supervise', name];
	const {ended} = startInBackground(words, said, {
		...heapLimits(program, small),
		...skopeoEnvironment(machine.env ?? {}),
	});
	const until = performance.now() + listensWithin;
	while (!listens()) {
		if (signal?.aborted === true) throw new TsboxError('E_INTERRUPTED', 'interrupted', {cause: signal.reason});
		if (ended() && readProject(host, dirs.state, name) === undefined) throw takenDown(name);
		if (ended() && supervisorOf(host, dirs.state, name) === undefined)
			throw new TsboxError('E_STATE', `the supervisor of ${name} exited at once`, {
				output: host.readText(said)?.trim().slice(-2000) ?? '',
				hint: `see \`tsbox supervise ${name}\``,
			});
		if (performance.now() > until)
			throw new TsboxError('E_STATE', `the supervisor of ${name} does not answer`, {hint: `see ${said}`});
		await delay(10);
	}
}
