import type {Line} from '../draw/line.ts';
import {paint, type ThemeName} from '../draw/palette.ts';
import {painter} from '../terminal/painter.ts';
import type {OwnedTerminal} from '../terminal/terminal.ts';
import type {Screen, ScreenLook} from './model/screen.ts';
import type {SheetMaker} from './sheet-maker.ts';

/** Screens on a terminal. */
export interface ScreenView {
	readonly show: (screen: Screen, look: ScreenLook) => void;
	/** Nothing is known of the terminal any more. */
	readonly forget: () => void;
	/** Loads what draws sheets, and calls back when it can; at once where it can already, then nobody is called. */
	readonly loadSheets: (loaded: () => void) => void;
	readonly close: () => void;
}

/**
 * Puts screens on a terminal, where they differ from what is there. Sheets are drawn by Ink, the panes are not: a frame of
 * them took it 29 ms and this 0.3, it keeps each text that it ever measured, and to load it takes longer than all that comes
 * before the first frame.
 */
export function screenView(
	terminal: Pick<OwnedTerminal, 'size' | 'write'>,
	theme: ThemeName,
	isAscii: boolean,
): ScreenView {
	const paint = painter(terminal.write, () => terminal.size().rows);
	let sheets: SheetMaker | undefined;
	let loading: Promise<void> | undefined;
	let isClosed = false;
	return {
		show: (screen, look) => paint.show(frameOf(screen, theme, isAscii, sheetRows(screen, look))),
		forget: paint.forget,
		loadSheets: loaded => {
			if (sheets !== undefined) return;
			loading ??= import('./sheet-maker.ts').then(({sheetMaker}) => {
				if (!isClosed) sheets = sheetMaker();
			});
			void loading.then(loaded);
		},
		close: () => {
			isClosed = true;
			sheets?.close();
		},
	};

	function sheetRows({layout, sheet}: Screen, {narrow, ...look}: ScreenLook): readonly string[] {
		const {columns, rows} = layout.sheet;
		if (sheet === undefined || sheets === undefined || rows === 0) return [];
		return sheets.rows({sheet, theme, narrow, frame: {...look, columns, rows}});
	}
}

/** A screen as text, a line each row. */
export function frameOf(
	{layout, header, list, tabs, detail, commands, footer}: Screen,
	theme: ThemeName,
	isAscii: boolean,
	sheetRows: readonly string[],
): string {
	const right = [...tabs, ...detail];
	const divider: Line = [{text: isAscii ? '|' : '│', tone: 'quiet'}];
	const panes: readonly Line[] = layout.sideBySide
		? list.map((line, row) => [...line, ...divider, ...(right[row] ?? [])])
		: [...list, ...right];
	const painted = (lines: readonly Line[]): readonly string[] => lines.map(line => paint(line, theme));
	const sheet = Array.from({length: layout.sheet.rows}, (_, row) => sheetRows[row] ?? '');
	return [...painted([...header, ...panes, ...commands]), ...sheet, ...painted(footer)].join('\n');
}
