import type {Measure} from './look.ts';

/** A cell. The style is applied after the text was measured and padded. */
export interface Cell {
	readonly text: string;
	readonly style?: (text: string) => string;
}

/** How a table fits a terminal. */
export interface TableFit {
	/** Columns of the terminal; undefined for piped output, which stays whole. */
	readonly columns: number | undefined;
	/** Indexes of table columns in the order in which they are dropped; by default from the last one on. The first column always stays. */
	readonly order?: readonly number[];
}

const gap = 2;
/** The least width of a column, in characters; a column that would be narrower is dropped. */
const leastWidth = 12;
/** The part of the terminal's width that the first column may take. It is protected because users type its names. */
const firstPart = 0.6;
const cutMark = '...';

/**
 * Aligns cells in columns two blanks apart by their width on a terminal, without trailing blanks. A table that is too wide
 * loses columns first; then its widest columns are cut.
 */
export function table(
	rows: readonly (readonly (string | Cell)[])[],
	width: Measure,
	fit: TableFit = {columns: undefined},
): string {
	const cells = rows.map(row => row.map(cell => (typeof cell === 'string' ? {text: cell} : cell)));
	const widths: number[] = [];
	for (const row of cells)
		row.forEach((cell, column) => {
			widths[column] = Math.max(widths[column] ?? 0, width(cell.text));
		});
	const shown = fitted(widths, fit);
	const last = [...shown.keys()].at(-1);
	return cells
		.map(row =>
			[...shown]
				.map(([column, room]) => {
					const {text = '', style} = row[column] ?? {};
					const kept = width(text) > room ? cut(text, room, width) : text;
					const styled = style === undefined ? kept : style(kept);
					return column === last ? styled : styled + ' '.repeat(room - width(kept) + gap);
				})
				.join('')
				.trimEnd(),
		)
		.map(line => `${line}\n`)
		.join('');
}

/** The columns that stay, with the width of each. */
function fitted(natural: readonly number[], {columns = Infinity, order}: TableFit): ReadonlyMap<number, number> {
	const widths = new Map(natural.entries());
	const first = Math.max(leastWidth, Math.floor(columns * firstPart));
	const leastOf = (column: number): number => Math.min(natural[column] ?? 0, column === 0 ? first : leastWidth);
	const total = (of: readonly number[]): number => of.reduce((sum, each) => sum + each + gap, -gap);
	for (const column of order ?? [...natural.keys()].slice(1).toReversed())
		if (total([...widths.keys()].map(leastOf)) > columns) widths.delete(column);
	for (let over = total([...widths.values()]) - columns; over > 0; over -= 1) {
		const [widest] = [...widths].filter(([column, room]) => room > leastOf(column)).toSorted((a, b) => b[1] - a[1]);
		if (widest === undefined) break;
		widths.set(widest[0], widest[1] - 1);
	}
	return widths;
}

/** Cuts a text to a width and marks the cut. */
function cut(text: string, room: number, width: Measure): string {
	let kept = '';
	let left = room - cutMark.length;
	for (const character of text) {
		left -= width(character);
		if (left < 0) break;
		kept += character;
	}
	return kept + cutMark;
}
