/** A line of a file as it stands there. */
export interface PhysicalLine {
	/** Without its line break. */
	readonly text: string;
	/** With it. */
	readonly whole: string;
	/** Its offset in the file. */
	readonly offset: number;
}

/** The lines of a text. A byte order mark is left out, and carriage returns at the end of a line are part of its break. */
export function physicalLines(text: string): readonly PhysicalLine[] {
	const lines: PhysicalLine[] = [];
	let offset = text.startsWith('\u{feff}') ? 1 : 0;
	while (offset < text.length) {
		const lineBreak = text.indexOf('\n', offset);
		const end = lineBreak === -1 ? text.length : lineBreak + 1;
		const whole = text.slice(offset, end);
		lines.push({text: whole.replace(/[\r\n]+$/, ''), whole, offset});
		offset = end;
	}
	return lines;
}
