import type {Project} from '../../spec/model/project.ts';
import type {StopSignals} from '../options/stop-signals.ts';
import {withBuildView} from './build-view.ts';
import type {Context} from '../verb/command.ts';

/** How a start builds the images of its spec. */
export interface ImageBuilderOptions {
	/** Also those that are there. */
	readonly build: boolean;
	readonly json: boolean;
	/** Nothing, even if it is missing. */
	readonly 'no-build'?: boolean;
	readonly 'quiet-build'?: boolean;
	/** Lines in place of a screen that is drawn again. */
	readonly plain?: boolean;
	/** Commands of a build go without what this machine lacks. */
	readonly 'best-effort': boolean;
}

/** Builds images of a spec before its containers are planned, and shows that. */
export type ImageBuilder = (project: Project, services: readonly string[]) => Promise<void>;

/** Makes the function by which `up` and `run` build images. What the commands of a build print goes to standard error. */
export function imageBuilder(
	{io, engine, folders}: Context,
	{
		build,
		json,
		plain = false,
		'best-effort': isBestEffort,
		'no-build': isOff = false,
		'quiet-build': quiet = false,
	}: ImageBuilderOptions,
	{signal, force}: Pick<StopSignals, 'signal' | 'force'>,
): ImageBuilder {
	return async (project, services) => {
		if (isOff) return;
		const machine = await engine.openMachine(folders);
		await withBuildView({json, quiet, ...(plain ? {progress: 'plain'} : {})}, io, 'up', async ({output, show}) =>
			engine.buildServices({...machine, bestEffort: machine.bestEffort || isBestEffort}, project, {
				services,
				onlyMissing: !build,
				cwd: io.cwd,
				env: io.env,
				output,
				signal,
				force,
				emit: (service, event) => show(event, service),
			}),
		);
	};
}
