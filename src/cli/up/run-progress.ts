import type {EventSink, RunEvent, StepWords} from '../../execute/event.ts';
import type {Hold} from '../../execute/held-step.ts';
import {deferredView} from '../../tui/progress/deferred-view.ts';
import {eventJson} from '../../view/text/event-json.ts';
import {behindKeys} from '../../view/plan/event-words.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {noPlainProgress, plainProgress} from '../../view/plan/progress-plain.ts';
import type {Io} from '../verb/io.ts';
import {themeOf} from '../output/theme-of.ts';

/** How a run is shown. `step` stops before each step. `quiet` shows only problems and slow steps. */
export type ProgressKind = 'screen' | 'plain' | 'step' | 'json' | 'quiet';

/** Shows the events of a run. */
export interface RunProgress {
	readonly emit: EventSink;
	/** Asks the user about each step. */
	readonly hold?: Hold;
	/** Stops drawing and restores the terminal. */
	readonly close: () => void | Promise<void>;
}

/** Creates a view of one kind. The signal ends a wait for the user. */
export function runProgress(kind: ProgressKind, io: Io, signal: AbortSignal): RunProgress {
	switch (kind) {
		case 'json':
			return {emit: event => io.out(eventJson(event)), close: noClose};
		case 'plain':
			return {emit: plainSink(io), close: noClose};
		case 'quiet':
			return {emit: quietSink(io), close: noClose};
		case 'step':
			return stepProgress(io, signal);
		case 'screen':
			return screenProgress(io);
	}
}

function noClose(): void {}

function plainSink(io: Io): EventSink {
	let progress = noPlainProgress;
	return event => {
		progress = plainProgress(progress, event);
		if (progress.lines !== '') io.err(`${io.isTerminal('stderr') ? behindKeys(event) : ''}${progress.lines}`);
	};
}

const quietTypes: ReadonlySet<RunEvent['type']> = new Set([
	'image.reading',
	'plan.started',
	'step.progress',
	'warning',
	'container.oom',
	'container.refused',
	'network.refused',
	'run.recorded',
]);

/** For a one-off command: reports only a long unpacking, warnings, and the memory limit. */
function quietSink(io: Io): EventSink {
	const print = plainSink(io);
	// A user at a terminal sees the grace period and how to skip it.
	const isWatched = io.isTerminal('stderr');
	return event => {
		if (quietTypes.has(event.type) || (isWatched && event.type === 'container.stopping')) print(event);
	};
}

function stepProgress(io: Io, signal: AbortSignal): RunProgress {
	const print = plainSink(io);
	let steps: readonly StepWords[] = [];
	/** A shell of the user's that has the terminal. Nothing is printed before it has ended. */
	let shell: Promise<unknown> | undefined;
	const waiting: RunEvent[] = [];
	const openShell: Io['runOnTerminal'] = async (...asked) => {
		const opened = io.runOnTerminal(...asked);
		shell = opened;
		return await opened.finally(() => {
			shell = undefined;
			for (const event of waiting.splice(0)) print(event);
		});
	};
	let loaded: Promise<Hold> | undefined;
	const load = async (): Promise<Hold> =>
		(await import('./step-progress.ts')).stepHold({...io, runOnTerminal: openShell}, () => steps, signal);
	return {
		emit: event => {
			if (event.type === 'plan.started') ({steps} = event);
			if (shell === undefined) print(event);
			else waiting.push(event);
		},
		hold: async held => await (await (loaded ??= load()))(held),
		close: async () => void (await shell),
	};
}

function screenProgress(io: Io): RunProgress {
	return deferredView({
		glyphs: glyphs(io.env),
		theme: themeOf(io, 'stderr'),
		print: text => io.err(text),
		after: (ms, callback) => {
			const timer = setTimeout(callback, ms);
			return () => clearTimeout(timer);
		},
		load: async () => {
			const {drawProgress} = await import('../../tui/progress/draw-progress.ts');
			return () => drawProgress(io.screen(), glyphs(io.env), themeOf(io, 'stderr'));
		},
	});
}
