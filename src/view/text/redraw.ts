/**
 * The bytes that replace the `drawn` lines on screen with a new unstyled text, and its number of lines. Text that does not fit
 * the terminal is cut: the cursor could not go back over a line that wrapped or scrolled.
 */
export function redraw(
	text: string,
	drawn: number,
	screen: {readonly columns: number; readonly rows: number},
): {readonly bytes: string; readonly lines: number} {
	// The cursor waits on the last line of the terminal.
	const lines = text
		.trimEnd()
		.split('\n')
		.slice(0, Math.max(1, screen.rows - 1))
		.map(line => line.slice(0, screen.columns));
	return {bytes: redrawLines(lines, drawn), lines: lines.length};
}

/** Like {@link redraw}, for lines that fit the terminal, styled or not. */
export function redrawLines(lines: readonly string[], drawn: number): string {
	// CUU moves up, EL erases to the end of the line, ED erases to the end of the screen; console_codes(4).
	const up = drawn === 0 ? '' : `\r\x1b[${drawn}A`;
	// EL comes before the text: after a full line the cursor still stands on the last character and EL would erase it.
	return `${up}${lines.map(line => `\x1b[K${line}\n`).join('')}\x1b[J`;
}
