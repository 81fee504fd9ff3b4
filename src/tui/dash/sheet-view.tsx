import {Box} from 'ink';
import {escapeText} from '../../view/text/escape.ts';
import {wrapWords} from '../../view/text/wrap.ts';
import {fitLine} from '../draw/fit.ts';
import {type Frame, type Line, line, span} from '../draw/line.ts';
import {Lines} from '../draw/lines.tsx';
import type {ThemeName} from '../draw/palette.ts';
import {characterAt, commandText, innerFrame, type Narrow, type Sheet} from './model/sheet.ts';

/** What {@link SheetView} draws. */
export interface SheetViewProps {
	readonly sheet: Sheet;
	/** The size of the sheet with its border. */
	readonly frame: Frame;
	readonly theme: ThemeName;
	readonly narrow: Narrow;
}

/** A sheet in its border: a question, a prompt, a list to choose from, or lines to read. */
export function SheetView({sheet, frame, theme, narrow}: SheetViewProps) {
	const inner = innerFrame(frame);
	const isLost = sheet.kind === 'confirm';
	return (
		<Box
			borderStyle={frame.glyphs.isAscii ? 'classic' : 'round'}
			borderColor={theme === 'none' ? undefined : isLost ? 'yellow' : 'cyan'}
			flexDirection="column"
			height={frame.rows}
			paddingX={1}
			width={frame.columns}
		>
			<Lines lines={[fitLine([span(escapeText(sheet.title), 'title')], inner.columns, frame)]} theme={theme} />
			<SheetBody sheet={sheet} frame={inner} theme={theme} narrow={narrow} />
		</Box>
	);
}

function SheetBody({sheet, frame, theme, narrow}: SheetViewProps) {
	switch (sheet.kind) {
		case 'confirm':
			return <Confirm sheet={sheet} frame={frame} theme={theme} />;
		case 'prompt':
			return <Prompt sheet={sheet} frame={frame} theme={theme} />;
		case 'choose':
			return <Choose sheet={sheet} frame={frame} theme={theme} narrow={narrow} />;
		case 'text':
			return <Reading sheet={sheet} frame={frame} theme={theme} />;
	}
}

type Of<K extends Sheet['kind']> = Extract<Sheet, {readonly kind: K}>;

function Confirm({
	sheet,
	frame,
	theme,
}: {
	readonly sheet: Of<'confirm'>;
	readonly frame: Frame;
	readonly theme: ThemeName;
}) {
	return <Lines lines={confirmLines(sheet, frame).map(line => fitLine(line, frame.columns, frame))} theme={theme} />;
}

/** What is lost, the commands, and how to answer; where there is no room for all, the answers are there still. */
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

function Prompt({
	sheet,
	frame,
	theme,
}: {
	readonly sheet: Of<'prompt'>;
	readonly frame: Frame;
	readonly theme: ThemeName;
}) {
	const note = sheet.note === undefined ? [] : [line(escapeText(sheet.note), 'quiet')];
	const lines = [promptLine(sheet, frame), ...note].slice(0, frame.rows);
	return <Lines lines={lines.map(each => fitLine(each, frame.columns, frame))} theme={theme} />;
}

/** The text with its cursor in sight: where it is too wide its beginning is left out. */
function promptLine({text, at}: Of<'prompt'>, {columns, width, glyphs}: Frame): Line {
	const under = characterAt(text, at);
	const shown = under === '' ? ' ' : escapeText(under);
	const room = Math.max(1, columns - 2 - width(shown) - 1);
	const whole = escapeText(text.slice(0, at));
	// Nothing that is so long is in sight: the rest need not be measured.
	let before = whole.slice(-4 * room);
	while (width(before) > room) before = before.slice(characterAt(before, 0).length);
	const mark = before.length === whole.length ? '' : glyphs.isAscii ? '~' : '…';
	return [span(`> ${mark}${before}`), span(shown, 'cursor'), span(escapeText(text.slice(at + under.length)))];
}

function Choose({
	sheet,
	frame,
	theme,
	narrow,
}: {
	readonly sheet: Of<'choose'>;
	readonly frame: Frame;
	readonly theme: ThemeName;
	readonly narrow: Narrow;
}) {
	const shown = narrow(sheet.text, sheet.choices);
	const room = Math.max(1, frame.rows - 1);
	const cursor = Math.min(sheet.cursor, Math.max(0, shown.length - 1));
	const top = Math.max(0, Math.min(cursor - Math.floor(room / 2), shown.length - room));
	const count = shown.length === 0 ? 'nothing matches' : `${cursor + 1} of ${shown.length}`;
	const rows = shown.slice(top, top + room).map(({label, aside = ''}, at): Line => {
		const isCursor = top + at === cursor;
		const pointer = isCursor ? (frame.glyphs.isAscii ? '> ' : '▶ ') : '  ';
		const room = Math.max(8, frame.columns - frame.width(aside) - 1);
		const text = fitLine([span(`${pointer}${escapeText(label)}`)], room, frame)
			.map(each => each.text)
			.join('');
		return [span(text, isCursor ? 'cursor' : 'plain'), span(` ${escapeText(aside)}`, isCursor ? 'cursor' : 'quiet')];
	});
	const typed: Line = [span('> '), span(escapeText(sheet.text)), span(' ', 'cursor'), span(`  ${count}`, 'quiet')];
	return (
		<Lines
			lines={[typed, ...rows].slice(0, frame.rows).map(line => fitLine(line, frame.columns, frame))}
			theme={theme}
		/>
	);
}

function Reading({
	sheet,
	frame,
	theme,
}: {
	readonly sheet: Of<'text'>;
	readonly frame: Frame;
	readonly theme: ThemeName;
}) {
	const lines = sheet.lines(frame);
	const top = Math.min(sheet.top, Math.max(0, lines.length - frame.rows));
	return (
		<Lines lines={lines.slice(top, top + frame.rows).map(line => fitLine(line, frame.columns, frame))} theme={theme} />
	);
}
