import type {ComposeContext} from './compose-verb.ts';
import {projectOf} from './project-of.ts';

/** The options of `compose up` that are used here. */
interface VerbOptions {
	readonly attach: readonly string[];
	readonly 'attach-dependencies': boolean;
}

/** The services whose output `compose up` shows: those that are asked for, else those that are named; empty for all. */
export async function attachedServices(
	{attach, 'attach-dependencies': withDependencies}: VerbOptions,
	services: readonly string[],
	context: ComposeContext,
): Promise<readonly string[]> {
	if (attach.length > 0 && !withDependencies) return attach;
	if (!withDependencies) return services;
	const named = attach.length > 0 ? attach : services;
	const project = await projectOf(context, named);
	return named.length === 0 ? [] : context.engine.wantedServices(project, named);
}
