import {fitText} from '../draw/fit.ts';
import {type Frame, type Line, type Span, span, type Tone} from '../draw/line.ts';

/** A table cell: escaped text, tone, and alignment. */
export interface Cell {
	readonly text: string;
	readonly tone?: Tone;
	readonly side?: 'left' | 'right';
}

/** Layout of a table. */
export interface ColumnsLook extends Pick<Frame, 'glyphs' | 'width'> {
	/** Most columns of each cell. A longer cell is cut, except in the last column. */
	readonly limits?: readonly (number | undefined)[];
	/** Index of the selected row. */
	readonly cursor?: number;
}

/** Aligns cells in columns that are two spaces apart. The selected row starts with `>`. */
export function columnLines(rows: readonly (readonly Cell[])[], look: ColumnsLook): readonly Line[] {
	const widths: number[] = [];
	for (const row of rows)
		row.forEach(({text}, column) => {
			const most = look.limits?.[column] ?? Number.POSITIVE_INFINITY;
			widths[column] = Math.max(widths[column] ?? 0, Math.min(most, look.width(text)));
		});
	return rows.map((row, index) => {
		const isCursor = index === look.cursor;
		const cells = row.map(({text, tone = 'plain', side = 'left'}, column): Span => {
			const isLast = column === row.length - 1;
			const fitted = isLast && side === 'left' ? text : fitText(text, widths[column] ?? 0, look, side);
			return span(isLast ? fitted : `${fitted}  `, isCursor ? 'cursor' : tone);
		});
		if (look.cursor === undefined) return cells;
		return [span(isCursor ? '> ' : '  ', isCursor ? 'cursor' : 'plain'), ...cells];
	});
}
