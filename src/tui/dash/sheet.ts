import {escapeText} from '../../view/escape.ts';
import {wrapWords} from '../../view/wrap.ts';
import type {Input} from '../terminal/input.ts';
import {type Frame, type Line, line, span} from '../draw/line.ts';
import type {Words} from './actions.ts';

/** Something to choose from. */
export interface Choice {
	readonly label: string;
	/** At the right: what it does, its key. */
	readonly aside?: string;
	readonly pick: () => void;
}

/** What lies over the screen and takes all keys. */
export type Sheet =
	/** Asks before something is lost. */
	| {readonly kind: 'confirm'; readonly title: string; readonly loses: string; readonly commands: readonly Words[]; readonly yes: () => void}
	/** Asks for a text; `live` hears each change. */
	| {
			readonly kind: 'prompt';
			readonly title: string;
			readonly text: string;
			/** Characters before the cursor. */
			readonly at: number;
			readonly note?: string;
			readonly done: (text: string) => void;
			readonly live?: (text: string) => void;
			readonly cancel?: () => void;
	  }
	/** A list that narrows as one types. */
	| {readonly kind: 'choose'; readonly title: string; readonly text: string; readonly choices: readonly Choice[]; readonly cursor: number}
	/** Lines to read. */
	| {readonly kind: 'text'; readonly title: string; readonly lines: (frame: Frame) => readonly Line[]; readonly top: number; /** Takes a key that would close it; true when it did. */ readonly stay?: (key: string) => boolean};

/** Which of the choices a text leaves, best first. */
export type Narrow = (text: string, choices: readonly Choice[]) => readonly Choice[];

/** A sheet for a text. */
export function prompt(
	title: string,
	text: string,
	done: (text: string) => void,
	more: {readonly note?: string; readonly live?: (text: string) => void; readonly cancel?: () => void} = {},
): Sheet {
	return {kind: 'prompt', title, text, at: text.length, done, ...more};
}

/** The sheet after an input; undefined when it is closed. What it leads to is done by the way. */
export function sheetAfter(sheet: Sheet, input: Input, narrow: Narrow): Sheet | undefined {
	if (sheet.kind === 'text' && input.kind === 'key' && sheet.stay?.(input.key) === true) return sheet;
	if (input.kind === 'key' && (input.key === 'esc' || input.key === 'ctrl-c')) {
		if (sheet.kind === 'prompt') sheet.cancel?.();
		return undefined;
	}
	switch (sheet.kind) {
		case 'confirm':
			return confirmAfter(sheet, input);
		case 'prompt':
			return promptAfter(sheet, input);
		case 'choose':
			return chooseAfter(sheet, input, narrow);
		case 'text':
			return textAfter(sheet, input);
	}
}

function confirmAfter(sheet: Extract<Sheet, {kind: 'confirm'}>, input: Input): Sheet | undefined {
	if (input.kind !== 'key') return sheet;
	if (input.key === 'y' || input.key === 'Y') {
		sheet.yes();
		return undefined;
	}
	return input.key === 'n' || input.key === 'N' || input.key === 'q' ? undefined : sheet;
}

function promptAfter(sheet: Extract<Sheet, {kind: 'prompt'}>, input: Input): Sheet | undefined {
	if (input.kind === 'key' && input.key === 'enter') {
		sheet.done(sheet.text);
		return undefined;
	}
	const next = {...sheet, ...edited(sheet, input)};
	if (next.text !== sheet.text) sheet.live?.(next.text);
	return next;
}

/** A line of text after an input, with the keys of readline(3). */
function edited({text, at}: {readonly text: string; readonly at: number}, input: Input): {readonly text: string; readonly at: number} {
	const [before, after] = [text.slice(0, at), text.slice(at)];
	const typed = input.kind === 'paste' ? input.text.replace(/[\r\n\t]+/g, ' ') : input.kind === 'key' ? input.text : '';
	if (typed !== '') return {text: before + typed + after, at: at + typed.length};
	if (input.kind !== 'key') return {text, at};
	// A character of two code units goes as one.
	const last = /[\ud800-\udbff][\udc00-\udfff]$/.test(before) ? 2 : 1;
	switch (input.key) {
		case 'backspace':
			return {text: before.slice(0, -last) + after, at: Math.max(0, at - last)};
		case 'delete':
			return {text: before + after.slice(1), at};
		case 'ctrl-u':
			return {text: after, at: 0};
		case 'ctrl-k':
			return {text: before, at};
		case 'ctrl-w': {
			const kept = before.replace(/\S+\s*$/, '');
			return {text: kept + after, at: kept.length};
		}
		case 'left':
			return {text, at: Math.max(0, at - last)};
		case 'right':
			return {text, at: Math.min(text.length, at + 1)};
		case 'home':
		case 'ctrl-a':
			return {text, at: 0};
		case 'end':
		case 'ctrl-e':
			return {text, at: text.length};
		default:
			return {text, at};
	}
}

function chooseAfter(sheet: Extract<Sheet, {kind: 'choose'}>, input: Input, narrow: Narrow): Sheet | undefined {
	const shown = narrow(sheet.text, sheet.choices);
	const last = Math.max(0, shown.length - 1);
	const to = (cursor: number): Sheet => ({...sheet, cursor: Math.max(0, Math.min(last, cursor))});
	if (input.kind === 'wheel') return to(sheet.cursor + input.by);
	if (input.kind === 'key') {
		switch (input.key) {
			case 'enter':
				shown[Math.min(sheet.cursor, last)]?.pick();
				return undefined;
			case 'up':
			case 'ctrl-p':
				return to(sheet.cursor - 1);
			case 'down':
			case 'ctrl-n':
				return to(sheet.cursor + 1);
			case 'pageup':
				return to(sheet.cursor - 10);
			case 'pagedown':
				return to(sheet.cursor + 10);
			default:
		}
	}
	const {text} = edited({text: sheet.text, at: sheet.text.length}, input);
	return text === sheet.text ? sheet : {...sheet, text, cursor: 0};
}

function textAfter(sheet: Extract<Sheet, {kind: 'text'}>, input: Input): Sheet | undefined {
	const to = (top: number): Sheet => ({...sheet, top: Math.max(0, top)});
	if (input.kind === 'wheel') return to(sheet.top + 3 * input.by);
	if (input.kind !== 'key') return sheet;
	switch (input.key) {
		case 'up':
		case 'k':
			return to(sheet.top - 1);
		case 'down':
		case 'j':
			return to(sheet.top + 1);
		case 'pageup':
			return to(sheet.top - 10);
		case 'pagedown':
		case 'space':
			return to(sheet.top + 10);
		case 'home':
		case 'g':
			return to(0);
		default:
			return ['q', 'enter', '?'].includes(input.key) ? undefined : sheet;
	}
}

/** A command line as a person would type it. */
export function commandText(words: Words): string {
	return `tsbox ${words.map(shellWord).join(' ')}`;
}

function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The lines of a sheet, at most as many as the frame has, the title first. */
export function sheetLines(sheet: Sheet, frame: Frame, narrow: Narrow): readonly Line[] {
	const rule = (frame.glyphs.isAscii ? '-' : '─').repeat(Math.max(0, frame.columns - frame.width(sheet.title) - 4));
	const head: Line = [span(frame.glyphs.isAscii ? '- ' : '─ ', 'quiet'), span(escapeText(sheet.title), 'title'), span(` ${rule}`, 'quiet')];
	const body = bodyOf(sheet, frame, Math.max(1, frame.rows - 1), narrow);
	return [head, ...body].slice(0, frame.rows);
}

function bodyOf(sheet: Sheet, frame: Frame, rows: number, narrow: Narrow): readonly Line[] {
	switch (sheet.kind) {
		case 'confirm':
			return [
				...wrapWords(`This loses: ${escapeText(sheet.loses)}.`, frame.columns - 4, frame.width).map(text => line(`  ${text}`, 'warning')),
				...sheet.commands.map(words => line(`  $ ${escapeText(commandText(words))}`, 'command')),
				line('  y does it; n or Esc leaves all as it is', 'strong'),
			];
		case 'prompt': {
			const text = escapeText(sheet.text.slice(0, sheet.at));
			const under = sheet.text.slice(sheet.at, sheet.at + 1);
			const note = sheet.note === undefined ? [] : [line(`  ${escapeText(sheet.note)}`, 'quiet')];
			return [[span('  > '), span(text), span(under === '' ? ' ' : escapeText(under), 'cursor'), span(escapeText(sheet.text.slice(sheet.at + 1)))], ...note];
		}
		case 'choose': {
			const shown = narrow(sheet.text, sheet.choices);
			const room = Math.max(1, rows - 1);
			const cursor = Math.min(sheet.cursor, Math.max(0, shown.length - 1));
			const top = Math.max(0, Math.min(cursor - Math.floor(room / 2), shown.length - room));
			const items = shown.slice(top, top + room).map(({label, aside = ''}, at): Line => {
				const isCursor = top + at === cursor;
				const text = `${isCursor ? (frame.glyphs.isAscii ? '>' : '▶') : ' '} ${escapeText(label)}`;
				const blanks = ' '.repeat(Math.max(2, frame.columns - frame.width(text) - frame.width(aside) - 2));
				return isCursor ? [span(`${text}${blanks}${escapeText(aside)} `, 'cursor')] : [span(text), span(`${blanks}${escapeText(aside)}`, 'quiet')];
			});
			const count = shown.length === 0 ? 'nothing matches' : `${cursor + 1} of ${shown.length}`;
			return [[span('  > '), span(escapeText(sheet.text)), span(' ', 'cursor'), span(`  ${count}`, 'quiet')], ...items];
		}
		case 'text': {
			const lines = sheet.lines(frame);
			const top = Math.min(sheet.top, Math.max(0, lines.length - rows));
			return lines.slice(top, top + rows);
		}
	}
}
