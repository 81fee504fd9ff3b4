import {messageOf} from '../../../errors/is-error.ts';
import {escapeText} from '../../../view/text/escape.ts';
import {type Body, type Frame, line} from '../../draw/line.ts';
import type {KeyName} from '../model/keys.ts';
import {type Move, type Pane, scroller, type Surround} from '../model/pane.ts';

/** Options of {@link askedPane}. */
export interface AskedFacts<T> {
	readonly ask: () => Promise<T>;
	/** Seconds between two requests; Infinity for no repetition. */
	readonly every: number;
	readonly body: (facts: T, before: T | undefined, frame: Frame) => Body;
	/** Moves a cursor instead of scrolling the lines. */
	readonly move?: (by: Move, facts: T) => void;
	readonly perform?: (name: KeyName, again: () => void) => boolean;
}

/** A pane of data that is requested at once and then periodically. An error is shown instead of the data. */
export function askedPane<T>({changed}: Surround, {ask, every, body, move, perform}: AskedFacts<T>): Pane {
	const scroll = scroller();
	let facts: T | undefined;
	let before: T | undefined;
	let failure: string | undefined;
	let isAsking = false;
	let isClosed = false;
	let seconds = 0;
	const again = (): void => {
		if (isAsking || isClosed) return;
		isAsking = true;
		seconds = 0;
		ask()
			.then(
				next => {
					before = facts;
					facts = next;
					failure = undefined;
				},
				(error: unknown) => void (failure = messageOf(error)),
			)
			.finally(() => {
				isAsking = false;
				if (!isClosed) changed();
			});
	};
	again();
	return {
		draw: frame => {
			if (failure !== undefined) return {lines: [line(`  ${escapeText(failure)}`, 'warning')], status: ''};
			if (facts === undefined) return {lines: [line('  asking', 'quiet')], status: ''};
			return {lines: scroll.window(body(facts, before, frame), frame.rows), status: scroll.status()};
		},
		move: by => {
			if (move === undefined) scroll.move(by);
			else if (facts !== undefined) move(by, facts);
		},
		perform: name => perform?.(name, again) ?? false,
		refresh: why => {
			if (why === 'second') seconds++;
			if (why === 'change' || seconds >= every) again();
		},
		close: () => void (isClosed = true),
	};
}

/** The cursor after a move, between 0 and the last index. */
export function movedCursor(cursor: number, by: Move, last: number, page = 10): number {
	const next =
		by === 'first' ? 0 : by === 'last' ? last : cursor + (by === 'page-up' ? -page : by === 'page-down' ? page : by);
	return Math.max(0, Math.min(last, next));
}
