import {TsboxError} from '../../errors/tsbox-error.ts';
import {type Context, defineCommand} from '../command.ts';
import type {Machine} from '../engine-api.ts';
import {programOf} from '../program.ts';
import {timeoutOf} from '../project-verb.ts';
import {given} from '../run-options.ts';

/** `tsbox down`: ends containers in their own way. */
export const down = defineCommand({
	name: 'down',
	describe: 'Stop a container, or those of a spec, and remove what they left',
	examples: [
		['tsbox down', 'the containers of the spec of this folder'],
		['tsbox down demo', 'one container'],
		['tsbox down demo.yaml', 'the containers of a spec'],
		['tsbox down -t 0 demo', 'at once'],
	],
	options: {
		timeout: {
			kind: 'number',
			short: 't',
			value: 'SECONDS',
			describe: "Wait this long before SIGKILL; by default the spec's stop_grace_period",
		},
	},
	positionals: [{name: 'TARGET', describe: 'Name of a container, or path of a spec', completes: 'container'}],
	async run({values, positionals: [target]}, context) {
		const {io, engine, folders} = context;
		const machine = await engine.openMachine(folders);
		if (await downProject(target, timeoutOf(values.timeout), machine, context)) return 0;
		const isName = target !== undefined && !isPath(target);
		const names = isName ? [target] : await namesOf(target, context);
		const running = new Set((await engine.list(machine)).map(({name, id}) => id ?? name));
		const present = isName ? names : names.filter(name => running.has(name));
		if (present.length === 0)
			throw new TsboxError('E_NO_SUCH_CONTAINER', `no container of ${target ?? 'this folder'} is running`, {
				hint: 'See tsbox ps',
			});
		const options = {
			...timeoutOf(values.timeout),
			warn: (text: string): void => io.err(`warning: ${text}\n`),
		};
		for (const name of present) {
			await engine.down(machine, name, options);
			io.err(`${name} is down\n`);
		}
		return 0;
	},
});

/** Ends a detached project, or one service of it where its container is named; false where there is none. */
async function downProject(
	target: string | undefined,
	timeout: {readonly timeoutMs?: number},
	machine: Machine,
	{io, engine}: Context,
): Promise<boolean> {
	const found = await engine.findTarget(machine, target, {cwd: io.cwd, env: io.env}, []);
	if (found === undefined) return false;
	const {project, services} = found;
	const request =
		services.length === 0 ? ({verb: 'down', ...timeout} as const) : ({verb: 'remove', services, ...timeout} as const);
	await engine.askProject(machine, project, request, programOf(io), event => {
		if (event.type === 'service.removed') io.err(`${event.service} is down\n`);
	});
	return true;
}

/** A container's name has no slash; a spec has one, or a suffix that no one gives a container. */
function isPath(target: string): boolean {
	return target.includes('/') || /\.(ya?ml|json)$/.test(target);
}

async function namesOf(file: string | undefined, {io, engine}: Context): Promise<readonly string[]> {
	const project = await engine.loadProject({cwd: io.cwd, env: io.env, ...given({file})});
	return project.services.map(service => service.name);
}
