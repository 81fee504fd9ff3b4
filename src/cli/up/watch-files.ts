import type {PlannedWatch} from '../../project/watch/watch-project.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import type {ProjectSink} from '../../project/state/event.ts';
import {errorJson, errorText} from '../../view/text/error-text.ts';
import {watchEventText} from '../../view/lists/watch-event.ts';
import {imageBuilder} from '../build/image-builder.ts';
import type {StopSignals} from '../options/stop-signals.ts';
import {themeOf} from '../output/theme-of.ts';
import {programOf} from '../verb/program.ts';
import type {Context} from '../verb/command.ts';

/** How files are followed, and what is said about it. */
export interface WatchFiles {
	readonly planned: PlannedWatch;
	readonly spec: SpecRequest;
	/** Settles when the containers run. */
	readonly ready: Promise<unknown>;
	readonly json: boolean;
	/** Say nothing of builds. */
	readonly quiet: boolean;
	readonly prune: boolean;
	readonly bestEffort: boolean;
	readonly stop: Pick<StopSignals, 'signal' | 'force'>;
	/** Prints lines for people, or one of JSON. */
	readonly say: (text: string) => void;
	readonly onProject: ProjectSink;
}

/** Follows files until the signal aborts, and tells what it does. */
export async function watchFiles(
	{planned, spec, ready, json, quiet, prune, bestEffort, stop, say, onProject}: WatchFiles,
	context: Context,
): Promise<void> {
	const {io, engine, folders} = context;
	const theme = themeOf(io, 'stderr');
	const options = {build: true, json, plain: true, 'quiet-build': quiet, 'best-effort': bestEffort};
	await engine.watchProject(await engine.openMachine(folders), {
		planned,
		spec,
		ready,
		prune,
		program: programOf(io),
		build: imageBuilder(context, options, stop),
		signal: stop.signal,
		onProject,
		emit: event => {
			if (!json) say(watchEventText(event));
			if (event.type !== 'watch.failed') {
				if (json) say(JSON.stringify(event));
			} else if (json) say(JSON.stringify({...event, error: JSON.parse(errorJson(event.error)) as unknown}));
			else say(errorText(event.error, theme).trimEnd());
		},
	});
}
