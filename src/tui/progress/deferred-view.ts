import type {EventSink, RunEvent} from '../../execute/event.ts';
import {escapeText} from '../../view/text/escape.ts';
import {behindKeys, containerWords, isContainerEvent} from '../../view/plan/event-words.ts';
import type {Glyphs} from '../../view/text/glyphs.ts';
import type {Theme} from '../../view/text/theme.ts';
import {noProgress, type ProgressState, reduceProgress} from './progress-state.ts';

/** An open progress view. */
export interface Drawing {
	readonly update: (state: ProgressState) => void;
	/** Removes the view at once, because the container writes to the terminal next. */
	readonly close: () => void;
}

/** Options of {@link deferredView}. */
export interface DeferredViewOptions {
	readonly glyphs: Glyphs;
	readonly theme: Theme;
	/** Writes text to the terminal of the view. */
	readonly print: (text: string) => void;
	/** Calls back after `ms` milliseconds. Returns a function that cancels the call. */
	readonly after: (ms: number, callback: () => void) => () => void;
	/** Loads the view. Returns a function that opens it. */
	readonly load: () => Promise<() => Drawing>;
}

/** The view is loaded after this time, ms. Most starts finish earlier, without loading or drawing anything. */
const patienceMs = 400;

/**
 * Shows a start without delaying it. The view is loaded only for a slow start, and is closed before the line that says
 * that the container is running. Later events are printed as lines.
 */
export function deferredView(options: DeferredViewOptions): {readonly emit: EventSink; readonly close: () => void} {
	const {print, theme, glyphs} = options;
	let state = noProgress;
	let drawing: Drawing | undefined;
	let isOver = false;
	const callOff = options.after(patienceMs, () => {
		// If the view cannot be loaded, the start continues without it.
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
		// The steps are no longer on the screen, so name the option that prints them.
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
