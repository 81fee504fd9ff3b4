import type {Measure} from './look.ts';

/** One cell: its text, and how it is styled after it was measured and padded. */
export interface Cell {
	readonly text: string;
	readonly style?: (text: string) => string;
}

/** Lines up rows of cells in columns two blanks apart, by the width a terminal gives each character; no blanks at line ends. */
export function table(rows: readonly (readonly (string | Cell)[])[], width: Measure): string {
	const cells = rows.map(row => row.map(cell => (typeof cell === 'string' ? {text: cell} : cell)));
	const widths: number[] = [];
	for (const row of cells)
		row.forEach((cell, column) => {
			widths[column] = Math.max(widths[column] ?? 0, width(cell.text));
		});
	return cells
		.map(row =>
			row
				.map(({text, style}, column) => {
					const shown = style === undefined ? text : style(text);
					const isLast = column === row.length - 1;
					return isLast ? shown : shown + ' '.repeat((widths[column] ?? 0) - width(text) + 2);
				})
				.join('')
				.trimEnd(),
		)
		.map(line => `${line}\n`)
		.join('');
}
