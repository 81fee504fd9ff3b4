import xterm from '@xterm/headless';
import {cellStyle} from './cell-style.ts';

/** A terminal inside the screen: it takes the output of a program and shows what a terminal of its size would. */
export interface ShellPane {
	/** Takes output. `done` is called when it is on the pane. */
	readonly write: (bytes: Buffer, done: () => void) => void;
	readonly resize: (columns: number, rows: number) => void;
	/** The visible rows with escape sequences. */
	readonly lines: (hasColour: boolean) => readonly string[];
	/** Undefined while the program hides the cursor, or while older output is shown. */
	readonly cursor: () => {readonly column: number; readonly row: number} | undefined;
	/** Shows older output with a negative number of rows, newer output with a positive one. */
	readonly scroll: (rows: number) => void;
	/** Shows the newest output. */
	readonly follow: () => void;
	/** How many rows of newer output are below the visible ones. */
	readonly below: () => number;
	readonly modes: () => PaneModes;
}

/** What the program asked of its terminal. */
export interface PaneModes {
	/** It draws a whole screen, as editors and pagers do: there is no older output. */
	readonly alternate: boolean;
	readonly applicationCursor: boolean;
	readonly bracketedPaste: boolean;
	/** It wants reports of the mouse. */
	readonly mouse: boolean;
}

/** How many rows of older output are kept. */
const scrollback = 5000;

/**
 * Creates a pane.
 *
 * @param reply - gets what the terminal answers to questions of the program, such as the position of the cursor
 */
export function shellPane(columns: number, rows: number, reply: (text: string) => void): ShellPane {
	const terminal = new xterm.Terminal({cols: columns, rows, scrollback, allowProposedApi: true});
	let hidesCursor = false;
	terminal.onData(reply);
	for (const [final, hides] of [
		['h', false],
		['l', true],
	] as const)
		terminal.parser.registerCsiHandler({prefix: '?', final}, params => {
			// DECTCEM; xterm itself sees to everything, so it must get the sequence too.
			if (params.includes(25)) hidesCursor = hides;
			return false;
		});
	const buffer = () => terminal.buffer.active;
	return {
		write: (bytes, done) => terminal.write(bytes, done),
		resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
		lines: hasColour => Array.from({length: terminal.rows}, (_, row) => rowText(terminal, row, hasColour)),
		cursor: () => {
			const {cursorX, cursorY, viewportY, baseY} = buffer();
			if (hidesCursor || viewportY !== baseY) return undefined;
			return {column: Math.min(cursorX, terminal.cols - 1), row: cursorY};
		},
		scroll: by => terminal.scrollLines(by),
		follow: () => terminal.scrollToBottom(),
		below: () => buffer().baseY - buffer().viewportY,
		modes: () => ({
			alternate: buffer().type === 'alternate',
			applicationCursor: terminal.modes.applicationCursorKeysMode,
			bracketedPaste: terminal.modes.bracketedPasteMode,
			mouse: terminal.modes.mouseTrackingMode !== 'none',
		}),
	};
}

function rowText(terminal: xterm.Terminal, row: number, hasColour: boolean): string {
	const buffer = terminal.buffer.active;
	const cells = buffer.getLine(buffer.viewportY + row);
	if (cells === undefined) return '';
	let text = '';
	let end = 0;
	let style = '';
	const cell = buffer.getNullCell();
	for (let column = 0; column < terminal.cols; column++) {
		cells.getCell(column, cell);
		// The second column of a wide character.
		if (cell.getWidth() === 0) continue;
		const wanted = cellStyle(cell, hasColour);
		if (wanted !== style) text += `\u001b[0${wanted}m`;
		style = wanted;
		text += cell.getChars() || ' ';
		if (cell.getChars().trim() !== '' || wanted !== '') end = text.length;
	}
	// The rest is blank, and rows of one text compare equal whatever blanks follow.
	return text.slice(0, end);
}
