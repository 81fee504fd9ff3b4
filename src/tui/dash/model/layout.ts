import type {Zoom} from './settings.ts';

/** An area of the screen in cells, from the top left. */
export interface Area {
	readonly column: number;
	readonly row: number;
	readonly columns: number;
	readonly rows: number;
}

/** The areas of the screen. A hidden part has no rows. */
export interface Layout {
	readonly header: Area;
	readonly list: Area;
	/** The tab bar. */
	readonly tabs: Area;
	readonly detail: Area;
	readonly commands: Area;
	readonly sheet: Area;
	readonly footer: Area;
	/** The list is to the left of the detail instead of above it. */
	readonly sideBySide: boolean;
}

/** A smaller screen shows only one pane. */
const smallest = {columns: 80, rows: 24};
/** From this width on, the panes are side by side. */
const wide = 180;
const mostCommandRows = 8;

/** Input of {@link layoutOf}. */
export interface LayoutWish {
	readonly columns: number;
	readonly rows: number;
	readonly zoom: Zoom;
	readonly focus: 'list' | 'detail';
	/** Rows that the overview can use. */
	readonly listRows: number;
	/** Rows that the command log can use; 0 if it is hidden. */
	readonly commandRows: number;
	/** Rows that the sheet can use; 0 for none. */
	readonly sheetRows: number;
}

/** Divides the screen into areas. */
export function layoutOf({columns, rows, zoom, focus, listRows, commandRows, sheetRows}: LayoutWish): Layout {
	const isSmall = columns < smallest.columns || rows < smallest.rows;
	const shown: Zoom = isSmall && zoom === 'both' ? focus : zoom;
	const footer = 1;
	const header = 1;
	let room = Math.max(0, rows - header - footer);
	const sheet = Math.min(sheetRows, room);
	room -= sheet;
	const commands = Math.min(commandRows, mostCommandRows, Math.floor(room / 2));
	room -= commands;
	const area = (row: number, height: number, column = 0, width = columns): Area => ({
		column,
		row,
		columns: width,
		rows: Math.max(0, height),
	});
	const bottom = header + room;
	const rest = {
		header: area(0, header),
		commands: area(bottom, commands),
		sheet: area(bottom + commands, sheet),
		footer: area(rows - footer, footer),
	};
	if (shown === 'list')
		return {...rest, list: area(header, room), tabs: area(bottom, 0), detail: area(bottom, 0), sideBySide: false};
	if (shown === 'detail')
		return {
			...rest,
			list: area(header, 0),
			tabs: area(header, Math.min(1, room)),
			detail: area(header + 1, room - 1),
			sideBySide: false,
		};
	if (columns >= wide) {
		const left = Math.max(smallest.columns, Math.floor(columns * 0.48));
		const right = columns - left - 1;
		return {
			...rest,
			list: area(header, room, 0, left),
			tabs: area(header, Math.min(1, room), left + 1, right),
			detail: area(header + 1, room - 1, left + 1, right),
			sideBySide: true,
		};
	}
	// The overview gets the rows that it needs, up to two fifths of the room.
	const list = Math.min(Math.max(listRows + 1, 4), Math.max(4, Math.floor(room * 0.4)), room);
	return {
		...rest,
		list: area(header, list),
		tabs: area(header + list, Math.min(1, room - list)),
		detail: area(header + list + 1, room - list - 1),
		sideBySide: false,
	};
}

/** Whether a cell is in an area. */
export function isIn({column, row, columns, rows}: Area, at: {readonly column: number; readonly row: number}): boolean {
	return at.column >= column && at.column < column + columns && at.row >= row && at.row < row + rows;
}
