import type {Line} from '../draw/line.ts';
import {paint, type ThemeName} from '../draw/palette.ts';
import type {Screen} from './screen.ts';

/** The line between panes that stand side by side. */
export function divider(isAscii: boolean): Line {
	return [{text: isAscii ? '|' : '│', tone: 'quiet'}];
}

/**
 * A screen as text, as Ink lays it out: what is shown while Ink is loaded, which takes several times as long as all that
 * comes before the first frame.
 */
export function compose({layout, header, list, tabs, detail, commands, sheet, footer}: Screen, theme: ThemeName, isAscii: boolean): string {
	const right = [...tabs, ...detail];
	const panes: readonly Line[] = layout.sideBySide
		? list.map((line, row) => [...line, ...divider(isAscii), ...(right[row] ?? [])])
		: [...list, ...right];
	return [...header, ...panes, ...commands, ...sheet, ...footer].map(line => paint(line, theme)).join('\n');
}
