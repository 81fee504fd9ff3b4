import {projectEventText} from '../../view/lists/project-event.ts';
import {stopWords} from '../../view/plan/event-words.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {type Context, defineCommand} from '../verb/command.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {programOf} from '../verb/program.ts';
import {stopOptions, timeoutOf} from '../options/project-verb.ts';
import {present} from '../../spec/syntax/pick.ts';
import {projectOptions, selectedProject} from '../options/project-options.ts';
import type {TargetRequest} from '../../project/state/target.ts';
import {usageError} from '../options/usage-error.ts';
import {tell} from '../output/tell.ts';

/** `tsbox down`: stops and removes containers. */
export const down = defineCommand({
	name: 'down',
	describe: 'Stop containers and remove them',
	examples: [
		['tsbox down', 'the containers of the spec in this folder'],
		['tsbox down demo', 'one container'],
		['tsbox down demo.yaml', 'the containers of a spec'],
		['tsbox down -v demo.yaml', 'also the volumes that the project created'],
		['tsbox down -t 0 demo', 'without waiting'],
	],
	options: {
		...stopOptions,
		...projectOptions,
		volumes: {kind: 'flag', short: 'v', describe: 'Also remove the named volumes of the project and their data'},
	},
	positionals: [
		{
			name: 'TARGET',
			describe: 'Container, project, or path of a spec; by default the spec in this folder',
			completes: 'project',
		},
	],
	async run({values, positionals}, context) {
		const {io, engine, folders} = context;
		const {target, selection} = selectedProject(values, positionals, context);
		const asked = {cwd: io.cwd, env: io.env, ...selection};
		const machine = await engine.openMachine(folders);
		const found = await engine.findTarget(machine, target, asked, []);
		const timeout = timeoutOf(values.timeout);
		// A user at a terminal sees why the command waits.
		const isWatched = io.isTerminal('stderr');
		if (found !== undefined) {
			const {project, services} = found;
			if (values.volumes && services.length > 0)
				throw usageError(`-v needs a whole project, and ${target ?? ''} is only part of ${project}`, undefined, 'down');
			const request =
				services.length === 0
					? ({verb: 'down', ...timeout} as const)
					: ({verb: 'remove', services, ...timeout} as const);
			await engine.askProject(machine, project, request, programOf(io), event => {
				if (isWatched && event.type === 'service.stopping') tell(io, projectEventText(event) ?? '');
				if (event.type === 'service.removed') tell(io, `${event.service} is down`);
			});
			if (values.volumes) await removeVolumes(target, project, asked, machine, context);
			return 0;
		}
		const isName = target !== undefined && !isPath(target);
		const spec = isName
			? undefined
			: await engine.loadProject({
					...asked,
					...present({config: folders.config}),
					...(target === undefined ? {} : {file: target}),
				});
		const names = spec?.services.map(service => service.name) ?? [target ?? ''];
		const running = new Set((await engine.list(machine)).map(({name, id}) => id ?? name));
		const ending = isName && !values.volumes ? names : names.filter(name => running.has(name));
		const options = {...timeout, warn: (text: string): void => tell(io, `warning: ${text}`)};
		for (const name of ending) {
			try {
				await engine.down(machine, name, {
					...options,
					stopping: (signal, graceMs) => {
						if (isWatched) tell(io, `stopping ${name} with ${stopWords(signal, graceMs)}`);
					},
				});
				tell(io, `${name} is down`);
			} catch (error) {
				// As with `docker compose down`, a container that is already gone is not an error, so that scripts can repeat it.
				if (!isTsboxError(error) || error.code !== 'E_NO_SUCH_CONTAINER') throw error;
				tell(io, `${error.message}; ${error.hint ?? ''}`);
			}
		}
		const gone =
			values.volumes && (await removeVolumes(target, spec?.name ?? target ?? '', asked, machine, context)) > 0;
		if (ending.length === 0 && !gone) tell(io, `${target ?? 'the spec in this folder'} has no containers`);
		return 0;
	},
});

/** A container name has no slash. A spec has a slash or the suffix of YAML or JSON. */
function isPath(target: string): boolean {
	return target.includes('/') || /\.(ya?ml|json)$/.test(target);
}

/**
 * Removes the volumes that the project created, except external ones, and returns their number. Throws if another
 * container mounts one.
 */
async function removeVolumes(
	target: string | undefined,
	project: string,
	asked: TargetRequest,
	machine: Machine,
	{io, engine, folders}: Context,
): Promise<number> {
	const isSpec = target === undefined ? asked.projectName === undefined : isPath(target);
	const spec = isSpec
		? await engine.loadProject({
				...asked,
				...present({config: folders.config}),
				...(target === undefined ? {} : {file: target}),
			})
		: undefined;
	const spared = (spec?.volumes ?? []).flatMap(volume => (volume.project === null ? [volume.name] : []));
	const {removed, kept} = await engine.removeProjectVolumes(machine, project, spared);
	for (const name of removed) tell(io, `removed volume ${name}`);
	const [first] = kept;
	if (first !== undefined)
		throw new TsboxError('E_VOLUME_IN_USE', `${kept.map(({name}) => name).join(', ')} cannot be removed`, {
			why: kept.map(({name, usedBy}) => `${usedBy.join(', ')} mounts ${name}`).join('; '),
			hint: `stop ${first.usedBy[0] ?? ''} first, then \`tsbox volume rm ${first.name}\``,
		});
	return removed.length;
}
