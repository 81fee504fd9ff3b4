import {escapeText} from '../../../view/text/escape.ts';
import {wrapWords} from '../../../view/text/wrap.ts';
import {fitLine, fitText} from '../../draw/fit.ts';
import {type Frame, type Line, line, span} from '../../draw/line.ts';
import {characterAt, commandText, innerFrame, type Narrow, type Sheet} from './sheet.ts';

type Of<K extends Sheet['kind']> = Extract<Sheet, {readonly kind: K}>;

/**
 * Draws a sheet in its border: a confirmation, a prompt, a list of choices, or text. A frame that is too low has no
 * border.
 */
export function sheetLines(sheet: Sheet, frame: Frame, narrow: Narrow): readonly Line[] {
	const inner = innerFrame(frame);
	const title = line(escapeText(sheet.title), 'title');
	const content = [title, ...bodyLines(sheet, inner, narrow).slice(0, inner.rows)];
	if (frame.rows < 4) return content;
	const tone = sheet.kind === 'confirm' ? 'alarm' : 'border';
	const [corners, across, down] = frame.glyphs.isAscii ? ['++++', '-', '|'] : ['╭╮╰╯', '─', '│'];
	const rule = (left: number): Line =>
		line(`${corners[left]}${across.repeat(Math.max(0, frame.columns - 2))}${corners[left + 1]}`, tone);
	const rows = Array.from({length: frame.rows - 2}, (_, row): Line => {
		const text = fitLine(content[row] ?? [], inner.columns, frame);
		return [span(down, tone), span(' '), ...text, span(' '), span(down, tone)];
	});
	return [rule(0), ...rows, rule(2)];
}

function bodyLines(sheet: Sheet, frame: Frame, narrow: Narrow): readonly Line[] {
	switch (sheet.kind) {
		case 'confirm':
			return confirmLines(sheet, frame);
		case 'prompt':
			return [promptLine(sheet, frame), ...(sheet.note === undefined ? [] : [line(escapeText(sheet.note), 'quiet')])];
		case 'choose':
			return chooseLines(sheet, frame, narrow(sheet.text, sheet.choices));
		case 'text': {
			const lines = sheet.lines(frame);
			return lines.slice(Math.min(sheet.top, Math.max(0, lines.length - frame.rows)));
		}
	}
}

/** What is lost, the commands, and the answers. The answers are visible even if there is no room for everything. */
function confirmLines({loses, commands}: Of<'confirm'>, {columns, rows, width}: Frame): readonly Line[] {
	const answers: Line = [
		span('y', 'accent'),
		span(' does it; '),
		span('n', 'accent'),
		span(' or Esc leaves all as it is'),
	];
	const lost = wrapWords(`This loses: ${escapeText(loses)}.`, columns, width)
		.map(text => line(text, 'warning'))
		.slice(0, Math.max(1, rows - 1 - Math.min(commands.length, 3)));
	const room = Math.max(1, rows - 1 - lost.length);
	const shown = commands.length > room ? commands.slice(0, room - 1) : commands;
	const more = commands.length - shown.length;
	return [
		...lost,
		...shown.map(words => line(`$ ${escapeText(commandText(words))}`, 'command')),
		...(more > 0 ? [line(`and ${more} more`, 'quiet')] : []),
		answers,
	].slice(-rows);
}

/** The text with its cursor visible. The beginning of a text that is too wide is cut. */
function promptLine({text, at}: Of<'prompt'>, {columns, width, glyphs}: Frame): Line {
	const under = characterAt(text, at);
	const shown = under === '' ? ' ' : escapeText(under);
	const room = Math.max(1, columns - 2 - width(shown) - 1);
	const whole = escapeText(text.slice(0, at));
	// Earlier text cannot be visible, so it need not be measured.
	let before = whole.slice(-4 * room);
	while (width(before) > room) before = before.slice(characterAt(before, 0).length);
	const mark = before.length === whole.length ? '' : glyphs.isAscii ? '~' : '…';
	return [span(`> ${mark}${before}`), span(shown, 'cursor'), span(escapeText(text.slice(at + under.length)))];
}

/** The typed text with the number of matches, and the part of the list around the cursor. */
function chooseLines(sheet: Of<'choose'>, frame: Frame, shown: Of<'choose'>['choices']): readonly Line[] {
	const room = Math.max(1, frame.rows - 1);
	const cursor = Math.min(sheet.cursor, Math.max(0, shown.length - 1));
	const top = Math.max(0, Math.min(cursor - Math.floor(room / 2), shown.length - room));
	const count = shown.length === 0 ? 'nothing matches' : `${cursor + 1} of ${shown.length}`;
	const rows = shown.slice(top, top + room).map(({label, aside = ''}, at): Line => {
		const isCursor = top + at === cursor;
		const pointer = isCursor ? (frame.glyphs.isAscii ? '> ' : '▶ ') : '  ';
		const room = Math.max(8, frame.columns - frame.width(aside) - 1);
		return [
			span(fitText(`${pointer}${escapeText(label)}`, room, frame), isCursor ? 'cursor' : 'plain'),
			span(` ${escapeText(aside)}`, isCursor ? 'cursor' : 'quiet'),
		];
	});
	const typed: Line = [span('> '), span(escapeText(sheet.text)), span(' ', 'cursor'), span(`  ${count}`, 'quiet')];
	return [typed, ...rows];
}
