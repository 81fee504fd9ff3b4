import type {EventSink, RunEvent} from '../../execute/event.ts';
import {escapeText} from '../../view/text/escape.ts';
import {behindKeys, containerWords, isContainerEvent} from '../../view/plan/event-words.ts';
import type {Glyphs} from '../../view/text/glyphs.ts';
import type {Theme} from '../../view/text/theme.ts';
import {noProgress, type ProgressState, reduceProgress} from './progress-state.ts';

/** A view that is on the screen. */
export interface Drawing {
	readonly update: (state: ProgressState) => void;
	/** Takes the view off the screen, at once: the next to write to the terminal is the container. */
	readonly close: () => void;
}

/** What a deferred view needs. */
export interface DeferredViewOptions {
	readonly glyphs: Glyphs;
	readonly theme: Theme;
	/** Writes a text to the terminal that the view is drawn on. */
	readonly print: (text: string) => void;
	/** Calls back after some milliseconds; gives the way to call it off. */
	readonly after: (ms: number, callback: () => void) => () => void;
	/** Loads the view; what it gives puts it on the screen. */
	readonly load: () => Promise<() => Drawing>;
}

/** A start that took this long, ms, is worth a view. Most are over by then, and nothing was loaded or drawn for them. */
const patienceMs = 400;

/**
 * Shows a start without holding it up: events are taken at once; the view is loaded only when the start turns out to be
 * slow, and is closed before the line that says the container runs. What comes after is printed a line each.
 */
export function deferredView(options: DeferredViewOptions): {readonly emit: EventSink; readonly close: () => void} {
	const {print, theme, glyphs} = options;
	let state = noProgress;
	let drawing: Drawing | undefined;
	let isOver = false;
	const callOff = options.after(patienceMs, () => {
		// A view that cannot be loaded must not end the start, which goes on unseen.
		options.load().then(show, () => undefined);
	});

	function show(open: () => Drawing): void {
		if (isOver) return;
		drawing = open();
		drawing.update(state);
	}

	function emit(event: RunEvent): void {
		state = reduceProgress(state, event);
		if (event.type === 'container.started') fold(event);
		else if (!isOver) drawing?.update(state);
		else if (event.type === 'warning') print(warningLine(event.text));
		else if (isContainerEvent(event)) print(`${behindKeys(event)}${containerWords(event, state.steps.length)}\n`);
	}

	function fold(event: Extract<RunEvent, {readonly type: 'container.started'}>): void {
		leave();
		// What went by is folded away: whoever wants to read the steps learns how.
		print(
			`${theme.ok(glyphs.done)} ${containerWords(event, state.steps.length)} ${theme.quiet('(--plain shows each)')}\n`,
		);
	}

	function leave(): void {
		if (isOver) return;
		isOver = true;
		callOff();
		drawing?.close();
		print(state.warnings.map(warningLine).join(''));
	}

	function warningLine(text: string): string {
		return `${theme.warning(`${glyphs.warning} warning:`)} ${escapeText(text)}\n`;
	}

	return {emit, close: leave};
}
