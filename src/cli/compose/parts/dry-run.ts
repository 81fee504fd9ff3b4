import {withoutImage} from '../../../spec/merge/without-image.ts';
import {changedKeys} from '../../../spec/keys/service-keys.ts';
import {hasService} from '../../../spec/project/has-service.ts';
import {labelOf} from '../../../spec/keys/replicas.ts';
import {escapeText} from '../../../view/text/escape.ts';
import type {ComposeContext, ComposeVerb} from './compose-verb.ts';
import {containersOf, projectOf} from './project-of.ts';

/** Says what a verb would do (`--dry-run`), and does nothing. Returns the exit status. */
export async function dryRun(
	{name, dry}: ComposeVerb,
	values: Readonly<Record<string, unknown>>,
	services: readonly string[],
	context: ComposeContext,
): Promise<number> {
	const tell = (what: string, text: string): void =>
		context.io.out(`DRY-RUN ${escapeText(what)} ${escapeText(text)}\n`);
	if (dry === 'up') return dryUp(values, services, context, tell);
	if (dry === 'images') {
		const project = await projectOf(context, services);
		const wanted = await context.engine.wantedServices(project, services, true);
		for (const {service, rootfs} of project.services)
			if (wanted.includes(service) && rootfs.kind === 'image') tell(service, `${name} ${rootfs.reference}`);
		return 0;
	}
	const {containers} = await containersOf(context, services, {oneOff: name === 'down' || name === 'rm'});
	for (const container of containers) tell(container.name, name);
	return 0;
}

/** What `up` and `create` would do with each container. */
async function dryUp(
	values: Readonly<Record<string, unknown>>,
	services: readonly string[],
	context: ComposeContext,
	tell: (what: string, text: string) => void,
): Promise<number> {
	const project = await projectOf(context, services);
	const wanted = await context.engine.wantedServices(project, services, values['no-deps'] === true);
	const {containers} = await containersOf(context, []);
	for (const service of project.services) {
		if (!wanted.includes(service.service)) continue;
		const there = containers.find(({id, name}) => (id ?? name) === service.name);
		const changes = there === undefined ? [] : changedKeys(withoutImage(there.made), service);
		const isForced = values['force-recreate'] === true && (services.length === 0 || services.includes(service.service));
		const isKept = values['no-recreate'] === true || (changes.length === 0 && !isForced);
		if (there === undefined) tell(service.name, 'would be created and started');
		else if (!isKept)
			tell(service.name, `would be recreated${changes.length === 0 ? '' : `: ${changes.join(', ')} changed`}`);
		else tell(service.name, there.state === 'exited' ? 'would be started' : 'is up to date');
	}
	for (const {name, service, made} of containers)
		if (!hasService(project, service))
			tell(name, values['remove-orphans'] === true ? 'would be removed' : `is an orphan: no service ${labelOf(made)}`);
	return 0;
}
