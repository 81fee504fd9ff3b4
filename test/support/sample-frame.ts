import stringWidth from 'string-width';
import {glyphs} from '../../src/view/text/glyphs.ts';
import type {Frame, Line} from '../../src/tui/draw/line.ts';

/** The current time of the samples: noon, local time, in ms since the epoch. */
export const sampleNow = new Date(2026, 4, 12, 12, 0, 0).getTime();

/** A frame to draw tabs in. */
export function sampleFrame(columns = 80, rows = 24, locale = 'C.UTF-8'): Frame {
	return {columns, rows, now: sampleNow, glyphs: glyphs({LANG: locale}), width: stringWidth};
}

/** Lines as plain text without trailing spaces. */
export function plainText(lines: readonly Line[]): string {
	return lines
		.map(line =>
			line
				.map(({text}) => text)
				.join('')
				.trimEnd(),
		)
		.join('\n');
}

/** The texts of a tone in order. */
export function textsIn(lines: readonly Line[], tone: string): readonly string[] {
	return lines.flatMap(line => line.filter(span => span.tone === tone).map(({text}) => text));
}
