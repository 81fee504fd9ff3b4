import {shellCommand} from '../../../spec/syntax/shell-words.ts';
import type {Input} from '../../terminal/input.ts';
import type {Frame, Line} from '../../draw/line.ts';
import type {Words} from './actions.ts';

/** An entry of a list of choices. */
export interface Choice {
	readonly label: string;
	/** Text at the right: what the choice does, or its key. */
	readonly aside?: string;
	readonly pick: () => void;
}

/** A panel over the screen that takes all keys. */
export type Sheet =
	/** Asks for confirmation before data is lost. */
	| {
			readonly kind: 'confirm';
			readonly title: string;
			readonly loses: string;
			readonly commands: readonly Words[];
			readonly yes: () => void;
	  }
	/** Asks for a text. `live` is called for each change. */
	| {
			readonly kind: 'prompt';
			readonly title: string;
			readonly text: string;
			/** Index of the cursor in the text. */
			readonly at: number;
			readonly note?: string;
			readonly done: (text: string) => void;
			readonly live?: (text: string) => void;
			readonly cancel?: () => void;
	  }
	/** A list that narrows as the user types. */
	| {
			readonly kind: 'choose';
			readonly title: string;
			readonly text: string;
			readonly choices: readonly Choice[];
			readonly cursor: number;
	  }
	/** Text to read. */
	| {
			readonly kind: 'text';
			readonly title: string;
			readonly lines: (frame: Frame) => readonly Line[];
			readonly top: number;
			/** Called with each key first. If it returns true, the sheet stays as it is. */
			readonly stay?: (key: string) => boolean;
	  };

/** The choices that match a text, best first. */
export type Narrow = (text: string, choices: readonly Choice[]) => readonly Choice[];

/** The frame inside the border of a sheet, below its title. */
export function innerFrame(frame: Frame): Frame {
	return {...frame, columns: Math.max(1, frame.columns - 4), rows: Math.max(1, frame.rows - 3)};
}

/** Makes a prompt. */
export function prompt(
	title: string,
	text: string,
	done: (text: string) => void,
	more: {readonly note?: string; readonly live?: (text: string) => void; readonly cancel?: () => void} = {},
): Sheet {
	return {kind: 'prompt', title, text, at: text.length, done, ...more};
}

/** Handles an input and runs the action that it triggers. Returns the next sheet; undefined if the sheet closes. */
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

/** Edits a line of text with the keys of readline(3). */
function edited(
	{text, at}: {readonly text: string; readonly at: number},
	input: Input,
): {readonly text: string; readonly at: number} {
	const [before, after] = [text.slice(0, at), text.slice(at)];
	const typed = input.kind === 'paste' ? input.text.replace(/[\r\n\t]+/g, ' ') : input.kind === 'key' ? input.text : '';
	if (typed !== '') return {text: before + typed + after, at: at + typed.length};
	if (input.kind !== 'key') return {text, at};
	// The two code units of a surrogate pair are one character.
	const last = /[\ud800-\udbff][\udc00-\udfff]$/.test(before) ? 2 : 1;
	const next = characterAt(text, at).length;
	switch (input.key) {
		case 'backspace':
			return {text: before.slice(0, -last) + after, at: Math.max(0, at - last)};
		case 'delete':
			return {text: before + after.slice(next), at};
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
			return {text, at: at + next};
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

/** The character at an index of a text, with both code units of a surrogate pair; empty at the end. */
export function characterAt(text: string, at: number): string {
	const code = text.codePointAt(at);
	return code === undefined ? '' : String.fromCodePoint(code);
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
		case 'end':
		case 'G':
			return to(Number.MAX_SAFE_INTEGER);
		default:
			return ['q', 'enter', '?'].includes(input.key) ? undefined : sheet;
	}
}

/** A tsbox command line as typed in a shell. */
export function commandText(words: Words): string {
	return `tsbox ${shellCommand(words)}`;
}
