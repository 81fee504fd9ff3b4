import {TsboxError} from '../../errors/tsbox-error.ts';
import type {EventSink, RunEvent} from '../../execute/event.ts';
import {deferredView} from '../../tui/progress/deferred-view.ts';
import {eventJson} from '../../view/text/event-json.ts';
import {behindKeys} from '../../view/plan/event-words.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {noPlainProgress, plainProgress} from '../../view/plan/progress-plain.ts';
import type {Io} from '../verb/io.ts';
import {lookOf} from '../output/look-of.ts';
import {themeOf} from '../output/theme-of.ts';

/** How a run is shown. `step` stops before each step. `quiet` shows only problems and slow steps. */
export type ProgressKind = 'screen' | 'plain' | 'step' | 'json' | 'quiet';

/** Shows the events of a run. */
export interface RunProgress {
	readonly emit: EventSink;
	/** Waits until the user confirms a step. */
	readonly hold?: (stepId: string) => Promise<void>;
	/** Stops drawing and restores the terminal. */
	readonly close: () => void;
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
	let asks = true;
	let started: Extract<RunEvent, {readonly type: 'plan.started'}> | undefined;
	return {
		emit: event => {
			if (event.type === 'plan.started') started = event;
			print(event);
		},
		hold: async stepId => {
			const index = started?.steps.findIndex(step => step.id === stepId) ?? -1;
			const step = started?.steps[index];
			if (!asks || started === undefined || step === undefined) return;
			const {stepPage, stepPrompt} = await import('../../view/plan/step-page.ts');
			const look = await lookOf(io, 'stderr', step);
			io.err(stepPage(step, index + 1, started.steps.length, look));
			for (;;) {
				io.err(stepPrompt(look));
				const answer = (await io.readLine(signal))?.trim();
				if (answer === '') return;
				if (answer === 'c') asks = false;
				if (answer === 'c') return;
				if (answer === undefined) io.err('\n');
				if (answer === undefined || answer === 'q') break;
			}
			throw new TsboxError('E_INTERRUPTED', 'the start was interrupted', {step: step.title});
		},
		close: noClose,
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
