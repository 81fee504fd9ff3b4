import {setInterval} from 'node:timers';
import type {BuildEvent} from '../../build/execute/build-event.ts';
import type {Options} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import {usageError} from '../options/usage-error.ts';
import {isCapable} from '../../view/text/theme.ts';
import {themeOf} from '../output/theme-of.ts';

/** The option that decides how a build is shown. */
export const progressOptions = {
	progress: {
		kind: 'text',
		value: 'HOW',
		choices: ['auto', 'plain', 'tty'],
		describe: 'Show builds as lines (plain), or redraw the step that runs (tty); default tty on a terminal',
	},
} as const satisfies Options;

/** How the events of builds are shown. */
export interface BuildShown {
	/** One JSON object a line on standard output, in place of text on standard error. */
	readonly json: boolean;
	/** Only warnings. */
	readonly quiet?: boolean;
	readonly progress?: string | undefined;
}

/** A way to show builds. */
export interface BuildView {
	/** Where the commands of a build print. */
	readonly output: 2 | 'events';
	/** `service` is whose image it is, if a spec has several. */
	readonly show: (event: BuildEvent, service?: string) => void;
	/** Shows the output of a command that failed, if it is not there yet. Must be called once, at the end. */
	readonly end: (failed: boolean) => void;
}

/**
 * Builds, and shows that.
 *
 * @param verb - for errors
 * @throws TsboxError E_USAGE for `--progress tty` without a terminal; as `work`.
 */
export async function withBuildView<T>(
	shown: BuildShown,
	io: Io,
	verb: string,
	work: (view: Omit<BuildView, 'end'>) => Promise<T>,
): Promise<T> {
	const {end, ...view} = await buildView(shown, io, verb);
	try {
		const result = await work(view);
		end(false);
		return result;
	} catch (error) {
		end(true);
		throw error;
	}
}

async function buildView(
	{json, quiet = false, progress = 'auto'}: BuildShown,
	io: Io,
	verb: string,
): Promise<BuildView> {
	const isTerminal = io.isTerminal('stderr') && isCapable(io.env);
	if (progress === 'tty' && !isTerminal) throw usageError('--progress tty needs a terminal', undefined, verb);
	if (!json && !quiet && isTerminal && progress !== 'plain') return screenView(io);
	const {buildEventJson, buildProgress, noBuildProgress} = await import('../../view/plan/build-lines.ts');
	const states = new Map<string | undefined, typeof noBuildProgress>();
	return {
		output: 2,
		show: (event, service) => {
			if (json) {
				io.out(buildEventJson(event, service));
				return;
			}
			const next = buildProgress(states.get(service) ?? noBuildProgress, event, service);
			states.set(service, next);
			if (next.lines !== '' && (!quiet || event.type === 'build.warning')) io.err(next.lines);
		},
		end: () => {},
	};
}

/** The interval between drawings, ms. */
const drawEvery = 100;

async function screenView(io: Io): Promise<BuildView> {
	const {buildScreen, endedLine, failedRow, noBuildScreen, outputTail, screenLines} = await import(
		'../../view/plan/build-screen.ts'
	);
	const {glyphs} = await import('../../view/text/glyphs.ts');
	const {redrawLines} = await import('../../view/text/redraw.ts');
	const theme = themeOf(io, 'stderr');
	const signs = glyphs(io.env);
	let state = noBuildScreen;
	let drawn = 0;
	const look = () => ({columns: io.columns(), rows: io.rows() - 1, theme, glyphs: signs, now: io.now()});
	const draw = (final: readonly string[] = []): void => {
		const lines = screenLines(state, look());
		if (final.length === 0 && lines.length === 0 && drawn === 0) return;
		io.err(redrawLines([...final, ...lines], drawn));
		drawn = lines.length;
	};
	const timer = setInterval(draw, drawEvery);
	timer.unref();
	return {
		output: 'events',
		show: (event, service) => {
			state = buildScreen(state, event, io.now(), service);
			// Output and bytes come often; the timer draws them.
			if (event.type === 'row.output' || event.type === 'row.progress') return;
			draw(state.ended.map(line => endedLine(line, look())));
		},
		end: failed => {
			clearInterval(timer);
			const head = failedRow(state).map(line => endedLine(line, look()));
			io.err(redrawLines(failed ? [...head, ...outputTail(state.output, Number.POSITIVE_INFINITY)] : [], drawn));
		},
	};
}
