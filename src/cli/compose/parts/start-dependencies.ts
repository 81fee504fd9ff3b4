import {TsboxError} from '../../../errors/tsbox-error.ts';
import type {Project} from '../../../spec/model/project.ts';
import {present} from '../../../spec/syntax/pick.ts';
import {projectEventText} from '../../../view/lists/project-event.ts';
import {imageBuilder} from '../../build/image-builder.ts';
import {stopSignals} from '../../options/stop-signals.ts';
import {tell} from '../../output/tell.ts';
import {programOf} from '../../verb/program.ts';
import type {ComposeContext} from './compose-verb.ts';
import {specOf} from './project-of.ts';

/** The options of `compose run` that are used here. */
interface VerbOptions {
	readonly quiet: boolean;
	readonly 'remove-orphans': boolean;
	readonly 'no-build': boolean;
	readonly 'quiet-build': boolean;
}

/**
 * Starts what a service depends on, and waits until each meets its condition.
 *
 * @throws TsboxError E_STEP_FAILED for one that did not start or did not meet it.
 */
export async function startDependencies(
	project: Project,
	service: string,
	values: VerbOptions,
	context: ComposeContext,
): Promise<void> {
	const {io, engine, folders} = context;
	const {dependsOn = []} = project.services.find(each => each.service === service) ?? {};
	const wanted = (await engine.wantedServices(project, [service])).filter(each => each !== service);
	if (wanted.length === 0) return;
	const stop = stopSignals(io, 'the start');
	try {
		const machine = await engine.openMachine(folders);
		const states = await engine.upDetached(machine, {
			spec: specOf(context),
			services: wanted,
			wait: dependsOn.some(({condition}) => condition === 'service_healthy'),
			mayEnd: true,
			program: programOf(io),
			signal: stop.signal,
			manner: present({removeOrphans: values['remove-orphans'] ? true : undefined}),
			buildImages: imageBuilder(context, {...values, build: false, json: false, 'best-effort': false}, stop),
			emit: event => {
				const text = projectEventText(event);
				if (text !== undefined && !values.quiet) tell(io, text);
			},
		});
		for (const {service: needed, condition, required} of dependsOn) {
			const those = states.filter(state => state.service === needed);
			for (const {name, status, health} of those) {
				const code = condition === 'service_completed_successfully' ? await engine.wait(machine, name) : 0;
				const isMet = status !== 'failed' && code === 0 && (condition !== 'service_healthy' || health !== 'unhealthy');
				if (!isMet && required)
					throw new TsboxError(
						'E_STEP_FAILED',
						`${service} depends on ${needed}, which ${wordsOf(status, health, code)}`,
						{
							hint: `see \`tsbox compose logs ${needed}\`, or leave it out with --no-deps`,
						},
					);
			}
		}
	} finally {
		stop.close();
	}
}

function wordsOf(status: string, health: string, code: number): string {
	if (status === 'failed') return 'did not start';
	return code === 0 ? `is ${health}` : `ended with status ${code}`;
}
