import {Box, Text} from 'ink';
import {escapeText} from '../../view/escape.ts';
import {fitLine} from '../draw/fit.ts';
import {type Frame, type Line, span} from '../draw/line.ts';
import {Lines} from '../draw/lines.tsx';
import {paint, type ThemeName} from '../draw/palette.ts';
import {characterAt, commandText, innerFrame, type Narrow, type Sheet} from './sheet.ts';

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
			return <Confirm sheet={sheet} theme={theme} />;
		case 'prompt':
			return <Prompt sheet={sheet} frame={frame} theme={theme} />;
		case 'choose':
			return <Choose sheet={sheet} frame={frame} theme={theme} narrow={narrow} />;
		case 'text':
			return <Reading sheet={sheet} frame={frame} theme={theme} />;
	}
}

type Of<K extends Sheet['kind']> = Extract<Sheet, {readonly kind: K}>;

function Confirm({sheet, theme}: {readonly sheet: Of<'confirm'>; readonly theme: ThemeName}) {
	return (
		<>
			<Text wrap="wrap">{paint([span(`This loses: ${escapeText(sheet.loses)}.`, 'warning')], theme)}</Text>
			{sheet.commands.map(words => (
				<Text key={commandText(words)} wrap="truncate-end">
					{paint([span(`$ ${escapeText(commandText(words))}`, 'command')], theme)}
				</Text>
			))}
			<Text>
				{paint(
					[span('y', 'accent'), span(' does it; '), span('n', 'accent'), span(' or Esc leaves all as it is')],
					theme,
				)}
			</Text>
		</>
	);
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
	const under = characterAt(sheet.text, sheet.at);
	const typed: Line = [
		span('> '),
		span(escapeText(sheet.text.slice(0, sheet.at))),
		span(under === '' ? ' ' : escapeText(under), 'cursor'),
		span(escapeText(sheet.text.slice(sheet.at + under.length))),
	];
	return (
		<>
			<Lines lines={[fitLine(typed, frame.columns, frame)]} theme={theme} />
			{sheet.note !== undefined && (
				<Text wrap="truncate-end">{paint([span(escapeText(sheet.note), 'quiet')], theme)}</Text>
			)}
		</>
	);
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
	return <Lines lines={[typed, ...rows].map(line => fitLine(line, frame.columns, frame))} theme={theme} />;
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
