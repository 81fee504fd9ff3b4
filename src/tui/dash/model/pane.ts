import type {Measure} from '../../../view/text/look.ts';
import type {Body, Frame, Line} from '../../draw/line.ts';
import type {SampleHistory} from '../../tabs/history.ts';
import type {KeyName} from './keys.ts';
import type {Row} from './rows.ts';
import type {ViewSettings} from './settings.ts';
import type {Sheet} from './sheet.ts';
import type {DashSource} from './source.ts';

/** A way through lines. */
export type Move = number | 'first' | 'last' | 'page-up' | 'page-down';

/** What a detail is about: the row of the cursor, and the containers that are meant. */
export interface DetailTarget {
	readonly row: Row;
	/** Names of containers; several where rows are marked or it is a project. */
	readonly containers: readonly string[];
	/** What lines of their output begin with, where there are several. */
	readonly labels: readonly string[];
	readonly project: string | undefined;
}

/** What a pane may ask of the screen around it. */
export interface Surround {
	readonly ask: (sheet: Sheet) => void;
	readonly say: (text: string, isError?: boolean) => void;
	/** Has the screen be drawn again soon. */
	readonly changed: () => void;
	readonly now: () => number;
}

/** What panes work with. */
export interface PaneContext {
	readonly source: DashSource;
	readonly history: SampleHistory;
	readonly surround: Surround & {readonly width: Measure};
	readonly settings: () => ViewSettings;
	readonly change: (settings: Partial<ViewSettings>) => void;
}

/** The lines of a detail that are in sight, and a few words about them. */
export interface Shown {
	readonly lines: readonly Line[];
	readonly status: string;
}

/** What one tab shows of one target, until it is closed. */
export interface Pane {
	readonly draw: (frame: Frame) => Shown;
	readonly move: (by: Move) => void;
	/** Does what a key of this tab asks for; false for what it knows nothing of. */
	readonly perform: (name: KeyName) => boolean;
	/** A second has passed, or the containers have changed. */
	readonly refresh: (why: 'second' | 'change') => void;
	/** What `copy` copies, where that is not what is in sight. */
	readonly copyText?: () => string | undefined;
	/** Nobody sees it for a while: it lets go of what it follows until it is drawn again. */
	readonly rest?: () => void;
	readonly close: () => void;
}

/** Keeps a place in lines that change. */
export interface Scroller {
	readonly window: (body: Body, rows: number) => readonly Line[];
	readonly move: (by: Move) => void;
	/** `12-40 of 80`; empty where all is in sight. */
	readonly status: () => string;
}

/** A scroller at the beginning. */
export function scroller(): Scroller {
	let top = 0;
	let count = 0;
	let room = 1;
	let seenFocus: number | undefined;
	return {
		window: ({lines, focus, focusEnd = focus}, rows) => {
			count = lines.length;
			room = Math.max(1, rows);
			// The focus is brought into sight when it moves, and not held there: one may look elsewhere.
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
