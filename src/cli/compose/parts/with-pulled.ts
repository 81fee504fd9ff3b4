import type {PullPolicy} from '../../../spec/model/project.ts';
import type {ComposeContext} from './compose-verb.ts';
import {projectOf} from './project-of.ts';
import {pullServices} from './pull-services.ts';

/** The options that are used here. */
interface VerbOptions {
	readonly pull: string | undefined;
	readonly 'quiet-pull': boolean;
	readonly 'no-deps': boolean;
}

/**
 * Does what `--pull` asks for before a start: pulls now, or sets the policy of the start. A restart later on does not ask
 * registries again.
 */
export async function withPulled(
	{pull, 'quiet-pull': quiet, 'no-deps': noDeps}: VerbOptions,
	services: readonly string[],
	context: ComposeContext,
): Promise<ComposeContext> {
	const {selected} = context;
	if (pull === 'always') {
		const project = await projectOf(context, services);
		const wanted = await context.engine.wantedServices(project, services, noDeps);
		await pullServices(project, wanted, {quiet, keepGoing: false}, context);
	}
	if (pull !== 'missing' && pull !== 'never') return context;
	const policy: PullPolicy = pull;
	return {...context, selected: {...selected, overrides: {...selected.overrides, pull: policy}}};
}
