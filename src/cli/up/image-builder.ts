import type {Project} from '../../spec/model/project.ts';
import type {StopSignals} from '../options/stop-signals.ts';
import {buildSink} from '../output/build-sink.ts';
import type {Context} from '../verb/command.ts';

/** How a start builds the images of its spec. */
export interface ImageBuilderOptions {
	/** Also those that are there. */
	readonly build: boolean;
	readonly json: boolean;
	/** Commands of a build go without what this machine lacks. */
	readonly 'best-effort': boolean;
}

/** Builds images of a spec before its containers are planned, and shows that. */
export type ImageBuilder = (project: Project, services: readonly string[]) => Promise<void>;

/** Makes the function by which `up` and `run` build images. What the commands of a build print goes to standard error. */
export function imageBuilder(
	{io, engine, folders}: Context,
	{build, json, 'best-effort': isBestEffort}: ImageBuilderOptions,
	{signal, force}: Pick<StopSignals, 'signal' | 'force'>,
): ImageBuilder {
	return async (project, services) => {
		const show = await buildSink({json, quiet: false}, io);
		const machine = await engine.openMachine(folders);
		await engine.buildServices({...machine, bestEffort: machine.bestEffort || isBestEffort}, project, {
			services,
			onlyMissing: !build,
			cwd: io.cwd,
			env: io.env,
			output: 2,
			signal,
			force,
			emit: (service, event) => show(event, service),
		});
	};
}
