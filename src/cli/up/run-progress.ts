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

/** How a run is shown: drawn, in plain lines, a page a step, as JSON, or only what went wrong and what takes long. */
export type ProgressKind = 'screen' | 'plain' | 'step' | 'json' | 'quiet';

/** Takes the events of a run and shows them. */
export interface RunProgress {
	readonly emit: EventSink;
	/** Holds a step back until the user lets it go. */
	readonly hold?: (stepId: string) => Promise<void>;
	/** Ends the drawing; the terminal is as it was before. */
	readonly close: () => void;
}

/** Shows the events of a run in one of the kinds; the signal ends a wait for the user. */
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

/** A one-off command speaks for itself: only a long unpacking, a warning or the memory limit is worth a word. */
function quietSink(io: Io): EventSink {
	const print = plainSink(io);
	// Who waits at a terminal for the end learns how long, and how to hurry it.
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
