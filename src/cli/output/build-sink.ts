import type {BuildEvent} from '../../build/execute/build-event.ts';
import type {Io} from '../verb/io.ts';

/** How the events of builds are shown. */
export interface BuildShown {
	/** One JSON object a line on standard output, in place of text on standard error. */
	readonly json: boolean;
	/** Only warnings. */
	readonly quiet: boolean;
}

/** Shows the events of builds; `service` is whose image it is, if a spec has several. */
export type BuildShow = (event: BuildEvent, service?: string) => void;

/** Loads the view of builds. */
export async function buildSink({json, quiet}: BuildShown, io: Pick<Io, 'out' | 'err'>): Promise<BuildShow> {
	const {buildEventJson, buildProgress, noBuildProgress} = await import('../../view/plan/build-lines.ts');
	const progress = new Map<string | undefined, typeof noBuildProgress>();
	return (event, service) => {
		if (json) {
			io.out(buildEventJson(event, service));
			return;
		}
		const next = buildProgress(progress.get(service) ?? noBuildProgress, event, service);
		progress.set(service, next);
		if (next.lines !== '' && (!quiet || event.type === 'build.warning')) io.err(next.lines);
	};
}
