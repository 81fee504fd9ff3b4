import {projectEventText} from '../../view/lists/project-event.ts';
import type {Context, Values} from '../verb/command.ts';
import {type longProjectOptions, selectedProject} from './project-options.ts';
import type {ControlRequest} from '../../project/state/control.ts';
import {programOf} from '../verb/program.ts';
import {tell} from '../output/tell.ts';

/** Services of a project, or all of them. */
export const anyServices = {
	name: 'SERVICE',
	describe: 'Services; default all',
	many: true,
	completes: 'service',
} as const;

/** The arguments of a verb for services of a project in the background. */
export const projectPositionals = [
	{
		name: 'TARGET',
		describe: 'Project, container, or path of a spec; by default the spec in this folder',
		completes: 'project',
	},
	anyServices,
] as const;

/**
 * Sends a request to the supervisor of a project and prints its events on standard error. Returns the exit status, which
 * is 1 if a service did not start.
 *
 * @param already - message if nothing happened, such as `is already stopped`
 */
export async function askAbout(
	context: Context,
	values: Values<typeof longProjectOptions>,
	words: readonly string[],
	request: (services: readonly string[]) => ControlRequest,
	already?: string,
): Promise<number> {
	const {io, engine, folders} = context;
	const {target: word, services, selection} = selectedProject(values, words, context);
	const machine = await engine.openMachine(folders);
	const target = await engine.projectTarget(machine, word, {cwd: io.cwd, env: io.env, ...selection}, services);
	let status = 0;
	let told = false;
	await engine.askProject(machine, target.project, request(target.services), programOf(io), event => {
		const text = projectEventText(event);
		if (text !== undefined) tell(io, text);
		told ||= text !== undefined;
		if (event.type === 'service.failed') status = 1;
	});
	if (!told && already !== undefined)
		tell(io, `${target.services.length === 0 ? target.project : target.services.join(', ')} ${already}`);
	return status;
}

/** Converts `--timeout SECONDS` for a supervisor request. */
export function timeoutOf(seconds: number | undefined): {readonly timeoutMs?: number} {
	return seconds === undefined ? {} : {timeoutMs: seconds * 1000};
}

/** The option of verbs that stop containers. */
export const stopOptions = {
	timeout: {
		kind: 'number',
		short: 't',
		value: 'SECONDS',
		describe: 'Wait this long before SIGKILL; default stop_grace_period of the spec',
	},
} as const;
