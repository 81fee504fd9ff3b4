import {hasService} from '../../../spec/project/has-service.ts';
import {projectEventText} from '../../../view/lists/project-event.ts';
import {anyServices, stopOptions, timeoutOf} from '../../options/project-verb.ts';
import {tell} from '../../output/tell.ts';
import {programOf} from '../../verb/program.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containersOf, idsOf, projectOf} from '../parts/project-of.ts';
import {removeImages} from '../parts/remove-images.ts';

/** `tsbox compose down`. */
export const down = defineComposeVerb({
	name: 'down',
	describe: 'Stop and remove containers and networks',
	examples: [['tsbox compose down -v', 'also the named volumes and their data']],
	options: {
		...stopOptions,
		'remove-orphans': {kind: 'flag', describe: 'Also remove containers of services that the files do not have'},
		rmi: {
			kind: 'text',
			value: 'WHICH',
			choices: ['local', 'all'],
			describe: 'Remove images: local, those without a name of their own, or all',
		},
		volumes: {kind: 'flag', short: 'v', describe: 'Also remove named and anonymous volumes and their data'},
	},
	dry: 'containers',
	positionals: [anyServices],
	async run({values, positionals: services}, context) {
		const {io, engine} = context;
		const {machine, project, containers} = await containersOf(context, services, {oneOff: true});
		// Known by its name, a project needs no files; then nothing of it is an orphan.
		const spec = await projectOf(context).catch((error: unknown) => {
			if (context.selected.projectName === undefined || services.length > 0) throw error;
		});
		const isOrphan = (service: string): boolean => spec !== undefined && !hasService(spec, service);
		const removesOrphans = values['remove-orphans'] || io.env['COMPOSE_REMOVE_ORPHANS'] === 'true';
		const orphans = services.length > 0 || removesOrphans ? [] : containers.filter(each => isOrphan(each.service));
		const target = await engine.findTarget(machine, undefined, {cwd: io.cwd, env: io.env, projectName: project}, []);
		if (target !== undefined) {
			const those = idsOf(containers.filter(each => !orphans.includes(each)));
			const isPart = services.length > 0 || orphans.length > 0;
			const how = timeoutOf(values.timeout);
			const request = isPart
				? ({verb: 'remove', services: those, ...(values.volumes && {volumes: true}), ...how} as const)
				: ({verb: 'down', ...how} as const);
			if (!isPart || those.length > 0)
				await engine.askProject(machine, project, request, programOf(io), event => {
					if (io.isTerminal('stderr') && event.type === 'service.stopping') tell(io, projectEventText(event) ?? '');
					if (event.type === 'service.removed') tell(io, `${event.service} is removed`);
				});
		} else tell(io, `${project} has no containers`);
		for (const {service, name} of orphans)
			if (io.env['COMPOSE_IGNORE_ORPHANS'] !== 'true')
				tell(
					io,
					`warning: ${name} stays, as the files have no service ${service}; \`tsbox compose down --remove-orphans\` removes it`,
				);
		if (values.volumes && services.length === 0 && orphans.length === 0) {
			const spared = (spec?.volumes ?? []).flatMap(volume => (volume.project === null ? [volume.name] : []));
			const {removed, kept} = await engine.removeProjectVolumes(machine, project, spared);
			for (const name of removed) tell(io, `volume ${name} is removed`);
			for (const {name, usedBy} of kept) tell(io, `volume ${name} stays: ${usedBy.join(', ')} mounts it`);
		}
		if (values.rmi !== undefined && spec !== undefined)
			await removeImages(values.rmi === 'all', spec, services, machine, context);
		return 0;
	},
});
