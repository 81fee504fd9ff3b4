import {emitKeypressEvents} from 'node:readline';
import {PassThrough} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';

/** What a person did at the terminal. Rows and columns count from 0. */
export type Input =
	/** `a`, `A`, `/`, `space`, `enter`, `esc`, `up`, `ctrl-p`, `f1`; `text` is what it types. */
	| {readonly kind: 'key'; readonly key: string; readonly text: string}
	| {readonly kind: 'paste'; readonly text: string}
	| {readonly kind: 'click'; readonly column: number; readonly row: number}
	| {readonly kind: 'wheel'; readonly column: number; readonly row: number; readonly by: 1 | -1};

/** How long after an escape byte it is a key of its own, ms. */
const escapeAloneMs = 40;
/** SGR mouse reports and bracketed paste; xterm's ctlseqs, "Mouse Tracking" and "Bracketed Paste Mode". */
const special = /\u001b\[<(\d+);(\d+);(\d+)([Mm])|\u001b\[200~([\s\S]*?)\u001b\[201~/;
const pasteBegin = '\u001b[200~';
/** The beginning of one of them, at the end of what has come. */
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

/** Takes the bytes of a terminal in raw mode apart; gives what takes them. Keys are read by node:readline. */
export function inputReader(hear: (input: Input) => void): (bytes: Buffer | string) => void {
	const keys = new PassThrough();
	// What an escape byte begins is waited for here.
	emitKeypressEvents(keys, {escapeCodeTimeout: 1} as unknown as Parameters<typeof emitKeypressEvents>[1]);
	keys.on('keypress', (text: string | undefined, key: Keypress) => {
		const input = keyOf(text, key);
		if (input !== undefined) hear(input);
	});
	// readline reads a stream only as long as someone listens.
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
			// What looks like a click in a paste that goes on is of the paste.
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
		// A report of the mouse goes on for certain; what else begins so may be a key.
		if (held.startsWith('\u001b[<')) return;
		timer = setTimeout(() => {
			const rest = held;
			held = '';
			passOn(rest);
		}, escapeAloneMs);
	};
}

/** A paste that goes on, without its middle where it is too long: never is a part of it taken for keys. */
function shortened(paste: string): string {
	// The last bytes may be a part of its end.
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
