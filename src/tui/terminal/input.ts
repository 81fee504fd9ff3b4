import {emitKeypressEvents} from 'node:readline';
import {PassThrough} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';

/** A user input at the terminal. Rows and columns count from 0. */
export type Input =
	/**
	 * `key` is for example `a`, `A`, `/`, `space`, `enter`, `esc`, `up`, `ctrl-p`, or `f1`. `text` is the text that the
	 * key types.
	 */
	| {readonly kind: 'key'; readonly key: string; readonly text: string}
	| {readonly kind: 'paste'; readonly text: string}
	| {readonly kind: 'click'; readonly column: number; readonly row: number}
	| {readonly kind: 'wheel'; readonly column: number; readonly row: number; readonly by: 1 | -1};

/** An escape byte is the Esc key if no byte follows within this time, ms. */
const escapeAloneMs = 40;
/** SGR mouse report or bracketed paste; xterm ctlseqs, "Mouse Tracking" and "Bracketed Paste Mode". */
const special = /\u001b\[<(\d+);(\d+);(\d+)([Mm])|\u001b\[200~([\s\S]*?)\u001b\[201~/;
const pasteBegin = '\u001b[200~';
/** An incomplete report or paste marker at the end of the received bytes. */
const tornOff = /\u001b(?:\[(?:<[\d;]*|2(?:00?)?)?)?$/;
const longestPaste = 64 * 1024;

const names: Readonly<Record<string, string>> = {return: 'enter', escape: 'esc'};

interface Keypress {
	readonly name?: string | undefined;
	readonly ctrl?: boolean;
	readonly meta?: boolean;
	readonly shift?: boolean;
	readonly sequence?: string;
}

/**
 * Parses the input of a terminal in raw mode. node:readline parses the keys.
 *
 * @returns a function that takes the received bytes
 */
export function inputReader(hear: (input: Input) => void): (bytes: Buffer | string) => void {
	const keys = new PassThrough();
	// This parser waits for the rest of an escape sequence itself.
	emitKeypressEvents(keys, {escapeCodeTimeout: 1} as unknown as Parameters<typeof emitKeypressEvents>[1]);
	keys.on('keypress', (text: string | undefined, key: Keypress) => {
		const input = keyOf(text, key);
		if (input !== undefined) hear(input);
	});
	// readline reads only a stream that is flowing.
	keys.resume();
	const decoder = new StringDecoder('utf8');
	let held = '';
	let timer: NodeJS.Timeout | undefined;
	const passOn = (text: string): void => {
		if (text !== '') keys.write(text);
	};
	return bytes => {
		clearTimeout(timer);
		let text = held + (typeof bytes === 'string' ? bytes : decoder.write(bytes));
		held = '';
		for (let match = special.exec(text); match !== null; match = special.exec(text)) {
			// A mouse report inside an unfinished paste is pasted text.
			if (text.slice(0, match.index).includes(pasteBegin)) break;
			passOn(text.slice(0, match.index));
			text = text.slice(match.index + match[0].length);
			const input = match[5] === undefined ? mouseOf(match) : ({kind: 'paste', text: match[5]} as const);
			if (input !== undefined) hear(input);
		}
		const begun = text.indexOf(pasteBegin);
		if (begun !== -1) {
			passOn(text.slice(0, begun));
			held = shortened(text.slice(begun));
			return;
		}
		const torn = text.search(tornOff);
		passOn(torn === -1 ? text : text.slice(0, torn));
		if (torn === -1) return;
		held = text.slice(torn);
		// The rest of a mouse report always follows. Other incomplete sequences may be keys.
		if (held.startsWith('\u001b[<')) return;
		timer = setTimeout(() => {
			const rest = held;
			held = '';
			passOn(rest);
		}, escapeAloneMs);
	};
}

/** Removes the middle of an unfinished paste that is too long. The rest of the paste is still not read as keys. */
function shortened(paste: string): string {
	// The last bytes may be the start of the end marker.
	const end = 5;
	return paste.length > longestPaste + end ? paste.slice(0, longestPaste) + paste.slice(-end) : paste;
}

function mouseOf([, code = '', column = '', row = '', end]: readonly (string | undefined)[]): Input | undefined {
	const button = Number(code);
	const place = {column: Number(column) - 1, row: Number(row) - 1};
	if (button === 64 || button === 65) return {kind: 'wheel', ...place, by: button === 64 ? -1 : 1};
	return button === 0 && end === 'M' ? {kind: 'click', ...place} : undefined;
}

function keyOf(text: string | undefined, {name, ctrl, meta, shift, sequence}: Keypress): Input | undefined {
	const typed = text !== undefined && !/[\u0000-\u001f\u007f]/.test(text) && meta !== true ? text : '';
	if (typed === ' ') return {kind: 'key', key: 'space', text: ' '};
	if (typed !== '' && ctrl !== true) return {kind: 'key', key: typed, text: typed};
	const plain = names[name ?? ''] ?? name;
	if (plain === undefined) return sequence === '\u001b' ? {kind: 'key', key: 'esc', text: ''} : undefined;
	const before = `${ctrl === true ? 'ctrl-' : ''}${meta === true && plain !== 'esc' ? 'alt-' : ''}${shift === true ? 'shift-' : ''}`;
	return {kind: 'key', key: `${before}${plain}`, text: ''};
}
