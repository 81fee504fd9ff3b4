/**
 * The bytes that put a text of unstyled lines in place of the one that was drawn before it, and how many lines it has then.
 * What does not fit the terminal is left out: a line that wraps or scrolls could not be gone back over.
 */
export function redraw(
	text: string,
	drawn: number,
	screen: {readonly columns: number; readonly rows: number},
): {readonly bytes: string; readonly lines: number} {
	// The last line of the terminal is where the cursor waits.
	const lines = text
		.trimEnd()
		.split('\n')
		.slice(0, Math.max(1, screen.rows - 1))
		.map(line => line.slice(0, screen.columns));
	return {bytes: redrawLines(lines, drawn), lines: lines.length};
}

/** The same for lines that fit the terminal, styled or not. */
export function redrawLines(lines: readonly string[], drawn: number): string {
	// CUU moves up, EL erases to the end of the line, ED to that of the screen; console_codes(4).
	const up = drawn === 0 ? '' : `\r\x1b[${drawn}A`;
	// Erased before, not behind: after a full line the cursor still stands on its last character.
	return `${up}${lines.map(line => `\x1b[K${line}\n`).join('')}\x1b[J`;
}
