import type {Measure} from '../../../view/text/look.ts';
import type {Body, Frame, Line} from '../../draw/line.ts';
import type {SampleHistory} from '../../tabs/history.ts';
import type {KeyName} from './keys.ts';
import type {Row} from './rows.ts';
import type {ViewSettings} from './settings.ts';
import type {Sheet} from './sheet.ts';
import type {DashSource} from './source.ts';

/** A movement through lines. */
export type Move = number | 'first' | 'last' | 'page-up' | 'page-down';

/** What the detail shows: the row at the cursor and its containers. */
export interface DetailTarget {
	readonly row: Row;
	/** Names of containers; several for marked rows and for a project. */
	readonly containers: readonly string[];
	/** The prefix of each output line if there are several containers. */
	readonly labels: readonly string[];
	readonly project: string | undefined;
}

/** What a pane can request from the screen around it. */
export interface Surround {
	readonly ask: (sheet: Sheet) => void;
	readonly say: (text: string, isError?: boolean) => void;
	/** Redraws the screen soon. */
	readonly changed: () => void;
	readonly now: () => number;
}

/** Everything that panes work with. */
export interface PaneContext {
	readonly source: DashSource;
	readonly history: SampleHistory;
	readonly surround: Surround & {readonly width: Measure};
	readonly settings: () => ViewSettings;
	readonly change: (settings: Partial<ViewSettings>) => void;
}

/** The visible lines of a detail and a short status text. */
export interface Shown {
	readonly lines: readonly Line[];
	readonly status: string;
}

/** One tab of one target. */
export interface Pane {
	readonly draw: (frame: Frame) => Shown;
	readonly move: (by: Move) => void;
	/** Performs the action of a key of this tab. Returns false for an unknown name. */
	readonly perform: (name: KeyName) => boolean;
	/** A second has passed, or the containers have changed. */
	readonly refresh: (why: 'second' | 'change') => void;
	/** The text that the key `copy` copies, unless it is the visible lines. */
	readonly copyText?: () => string | undefined;
	/** The pane is hidden for a while. It stops following its source until the next draw. */
	readonly rest?: () => void;
	readonly close: () => void;
}

/** Keeps a scroll position in lines that change. */
export interface Scroller {
	readonly window: (body: Body, rows: number) => readonly Line[];
	readonly move: (by: Move) => void;
	/** `12-40 of 80`; empty if all lines are visible. */
	readonly status: () => string;
}

/** Makes a scroller at the first line. */
export function scroller(): Scroller {
	let top = 0;
	let count = 0;
	let room = 1;
	let seenFocus: number | undefined;
	return {
		window: ({lines, focus, focusEnd = focus}, rows) => {
			count = lines.length;
			room = Math.max(1, rows);
			// Scroll to the focus only when it moves, so that the user can look elsewhere.
			if (focus !== undefined && focus !== seenFocus) {
				if (focusEnd !== undefined && focusEnd >= top + room) top = focusEnd - room + 1;
				if (focus < top) top = focus;
			}
			seenFocus = focus;
			top = Math.max(0, Math.min(top, count - room));
			return lines.slice(top, top + room);
		},
		move: by => {
			const page = Math.max(1, room - 1);
			if (by === 'first') top = 0;
			else if (by === 'last') top = count;
			else top += by === 'page-up' ? -page : by === 'page-down' ? page : by;
			top = Math.max(0, Math.min(top, count - room));
		},
		status: () => (count > room ? `${top + 1}-${Math.min(count, top + room)} of ${count}` : ''),
	};
}
