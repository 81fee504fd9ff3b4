import type {IBufferCell} from '@xterm/headless';

/** The parameters of SGR, each after a semicolon, that give a cell its look after a reset; ECMA-48, 8.3.117. */
export function cellStyle(cell: IBufferCell, hasColour: boolean): string {
	const flags = [
		cell.isBold() && 1,
		cell.isDim() && 2,
		cell.isItalic() && 3,
		cell.isUnderline() && 4,
		cell.isBlink() && 5,
		cell.isInverse() && 7,
		cell.isInvisible() && 8,
		cell.isStrikethrough() && 9,
	].filter(Boolean);
	if (cell.isAttributeDefault()) return '';
	const words = hasColour
		? [
				...flags,
				...colour(cell.isFgRGB() ? 'rgb' : cell.isFgPalette() ? 'palette' : 'default', cell.getFgColor(), 38),
				...colour(cell.isBgRGB() ? 'rgb' : cell.isBgPalette() ? 'palette' : 'default', cell.getBgColor(), 48),
			]
		: flags;
	return words.map(word => `;${word}`).join('');
}

function colour(mode: 'rgb' | 'palette' | 'default', value: number, ground: 38 | 48): readonly number[] {
	if (mode === 'default') return [];
	if (mode === 'rgb') return [ground, 2, (value >> 16) & 255, (value >> 8) & 255, value & 255];
	// The first 16 colors have numbers of their own, which terminals without 256 colors know too.
	if (value < 8) return [ground - 8 + value];
	return value < 16 ? [ground + 52 + value - 8] : [ground, 5, value];
}
