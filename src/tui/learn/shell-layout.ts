/** The smallest screen that shows a shell below an X-ray. */
export const smallest = {columns: 36, rows: 10} as const;

/** Rows and columns of the parts of a screen, from the top down: header, X-ray and text, rule, shell, keys. */
export interface ShellLayout {
	readonly xray: {readonly columns: number; readonly rows: number};
	/** The text stands beside the X-ray on a wide screen, below it otherwise. */
	readonly panel: {readonly columns: number; readonly rows: number};
	readonly isWide: boolean;
	readonly shell: {readonly columns: number; readonly rows: number; readonly top: number};
}

/** Columns from which the text stands beside the X-ray. */
const wideColumns = 110;
/** The most rows that X-ray and text are given, side by side and one below the other. */
const most = {wide: 12, narrow: 18} as const;

/**
 * Lays a screen out. Sizes depend on the screen alone, because each change of the shell's size makes programs draw anew.
 *
 * @param hasPanel - whether there is a text beside the X-ray
 */
export function shellLayout(columns: number, rows: number, hasPanel: boolean): ShellLayout {
	const inner = rows - 3;
	const isWide = hasPanel && columns >= wideColumns;
	const least = Math.max(4, Math.min(12, Math.floor(inner / 2)));
	const upper = Math.min(hasPanel && !isWide ? most.narrow : most.wide, inner - least);
	const panelRows = !hasPanel ? 0 : isWide ? upper : Math.ceil(upper * 0.5);
	const left = isWide ? Math.floor(columns * 0.55) : columns;
	return {
		xray: {columns: left, rows: isWide ? upper : upper - panelRows},
		panel: {columns: isWide ? columns - left - 1 : columns, rows: panelRows},
		isWide,
		shell: {columns, rows: inner - upper, top: upper + 2},
	};
}
