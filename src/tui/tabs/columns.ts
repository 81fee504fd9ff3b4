import {fitText} from '../draw/fit.ts';
import {type Frame, type Line, type Span, span, type Tone} from '../draw/line.ts';

/** One cell of a table: its text, escaped already, its tone, and the side that its text keeps to. */
export interface Cell {
	readonly text: string;
	readonly tone?: Tone;
	readonly side?: 'left' | 'right';
}

/** How a table is laid out. */
export interface ColumnsLook extends Pick<Frame, 'glyphs' | 'width'> {
	/** The most that a column may take; what is longer is cut. The last one is never cut here. */
	readonly limits?: readonly (number | undefined)[];
	/** The row that the keys act on. */
	readonly cursor?: number;
}

/** Rows of cells in columns two blanks apart; the one under the cursor begins with `>`. */
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
