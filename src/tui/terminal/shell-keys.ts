import type {PaneModes} from './shell-pane.ts';

/** What is typed at a terminal that shows a shell: keys of the screen, and bytes for the shell. */
export type ShellInput =
	/** `f1` to `f12`, `pageup`, `pagedown`, `shift-pageup`, or `shift-pagedown`. */
	| {readonly kind: 'key'; readonly key: string; readonly bytes: Buffer}
	/** A mouse report. Columns and rows count from 0. */
	| {
			readonly kind: 'mouse';
			readonly button: number;
			readonly column: number;
			readonly row: number;
			readonly end: 'M' | 'm';
	  }
	| {readonly kind: 'bytes'; readonly bytes: Buffer};

/** xterm, VT220, the console of Linux, and rxvt; xterm ctlseqs, "PC-Style Function Keys". */
const sequences: Readonly<Record<string, string>> = {
	...numbered('f', 1, ['\u001bOP', '\u001bOQ', '\u001bOR', '\u001bOS']),
	...numbered('f', 1, ['\u001b[[A', '\u001b[[B', '\u001b[[C', '\u001b[[D', '\u001b[[E']),
	...numbered('f', 1, tilde(11, 12, 13, 14, 15)),
	...numbered('f', 6, tilde(17, 18, 19, 20, 21)),
	...numbered('f', 11, tilde(23, 24)),
	'\u001b[5~': 'pageup',
	'\u001b[6~': 'pagedown',
	'\u001b[5;2~': 'shift-pageup',
	'\u001b[6;2~': 'shift-pagedown',
};

function numbered(name: string, first: number, texts: readonly string[]): Readonly<Record<string, string>> {
	return Object.fromEntries(texts.map((text, index) => [text, `${name}${first + index}`]));
}

function tilde(...codes: readonly number[]): readonly string[] {
	return codes.map(code => `\u001b[${code}~`);
}

/** An escape sequence of a key, or an SGR mouse report. */
const special = /\u001b(?:O[P-S]|\[\[[A-E]|\[\d+(?:;2)?~|\[<(\d+);(\d+);(\d+)([Mm]))/;
/** The unfinished begin of one at the end of the received bytes. */
const torn = /\u001b(?:O|\[(?:\[|<?[\d;]*)?)?$/;
/** An escape byte is the Esc key if no byte follows within this time, ms. */
const escapeAloneMs = 40;

/** Parses what is typed in raw mode. Returns a function that takes the received bytes. */
export function shellKeys(hear: (input: ShellInput) => void): (bytes: Buffer) => void {
	let held = '';
	let timer: NodeJS.Timeout | undefined;
	const plain = (text: string): void => {
		if (text !== '') hear({kind: 'bytes', bytes: Buffer.from(text, 'latin1')});
	};
	return bytes => {
		clearTimeout(timer);
		let text = held + bytes.toString('latin1');
		held = '';
		for (let match = special.exec(text); match !== null; match = special.exec(text)) {
			const [sequence, button, column, row, end] = match;
			const key = sequences[sequence];
			const after = match.index + sequence.length;
			plain(text.slice(0, key === undefined && end === undefined ? after : match.index));
			if (key !== undefined) hear({kind: 'key', key, bytes: Buffer.from(sequence, 'latin1')});
			else if (end !== undefined)
				hear({
					kind: 'mouse',
					button: Number(button),
					column: Number(column) - 1,
					row: Number(row) - 1,
					end: end as 'M' | 'm',
				});
			text = text.slice(after);
		}
		const at = text.search(torn);
		plain(at === -1 ? text : text.slice(0, at));
		if (at === -1) return;
		held = text.slice(at);
		timer = setTimeout(() => {
			const rest = held;
			held = '';
			plain(rest);
		}, escapeAloneMs);
	};
}

/** The bytes as the program in the pane expects them, which may have asked for other cursor keys and for marks of pasted text. */
export function forProgram(bytes: Buffer, {applicationCursor, bracketedPaste}: PaneModes): Buffer {
	let text = bytes.toString('latin1');
	if (applicationCursor) text = text.replaceAll(/\u001b\[([ABCDHF])/g, '\u001bO$1');
	if (!bracketedPaste) text = text.replaceAll(/\u001b\[20[01]~/g, '');
	return Buffer.from(text, 'latin1');
}
