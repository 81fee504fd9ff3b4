import {upInBackground} from '../../up/up-in-background.ts';
import type {ComposeContext} from './compose-verb.ts';
import {type FoundContainers, projectOf, specOf} from './project-of.ts';

/** The options of `compose start` that are used here. */
interface VerbOptions {
	readonly wait: boolean;
	readonly 'wait-timeout': number | undefined;
}

/**
 * Starts what `compose create` left to be started, and waits for the others if that is asked for. Returns the exit status.
 */
export async function startCreated(
	values: VerbOptions,
	{machine, project, containers}: FoundContainers,
	services: readonly string[],
	context: ComposeContext,
): Promise<number> {
	const {engine} = context;
	const known = (await engine.projectServices(machine, project)) ?? [];
	const asked = known.filter(service => services.length === 0 || services.includes(service));
	const missing = asked.filter(service => !containers.some(each => each.service === service));
	const meant = values.wait ? asked : missing;
	if (meant.length === 0) return 0;
	// Reads the files first, so that their errors are told as such.
	await projectOf(context, meant);
	const options = {json: false, build: false, 'best-effort': false, ...values};
	const manner = {recreate: 'none', noDeps: true} as const;
	return upInBackground({...options, manner}, specOf(context), meant, context);
}
