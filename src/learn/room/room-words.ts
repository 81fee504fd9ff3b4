/** The words that a learner may type in any shell of a room, with what each does. */
export const roomWords = {
	hint: 'a hint; again for a better one',
	why: 'why this works',
	doit: 'do it for me',
	breakit: 'an attack that works, and what stops it',
	answer: 'answer X: answer the question',
	next: 'the next task or lesson',
	lessons: 'the list of lessons; lessons N starts lesson N',
	leave: 'leave, and take everything back',
} as const;

/** One of {@link roomWords}. */
export type RoomWord = keyof typeof roomWords;

/** Listeners of {@link wordFilter}, called in the order of what arrives. */
export interface WordListener {
	readonly show: (bytes: Buffer) => void;
	readonly word: (word: RoomWord, args: readonly string[]) => void;
	readonly prompt: () => void;
}

/** The beginning of an operating system command for tsbox: a word, or the mark of a prompt that terminals know too. */
const begin = /\u001b\](?:777;tsbox;|133;)/;
/** A command ends with BEL or ST; xterm ctlseqs, "Operating System Commands". */
const whole = /\u001b\](777;tsbox;|133;)([^\u0007\u001b]*)(?:\u0007|\u001b\\)/;
/** An unfinished command, or something that can become one, at the end of the received bytes. */
const torn = /\u001b(?:\](?:[0-9;a-z]{0,11}|(?:777;tsbox;|133;)[^\u0007\u001b]*\u001b?))?$/;
/** The most bytes that are held back. Only an attack is longer. */
const longest = 4096;

/**
 * Cuts the words and the marks of prompts out of a terminal's output.
 *
 * @returns a function that takes the received bytes
 */
export function wordFilter(listener: WordListener): (bytes: Buffer) => void {
	let held = '';
	const show = (text: string): void => {
		if (text !== '') listener.show(Buffer.from(text, 'latin1'));
	};
	return bytes => {
		let text = held + bytes.toString('latin1');
		held = '';
		for (let match = whole.exec(text); match !== null; match = whole.exec(text)) {
			const [command, kind, body = ''] = match;
			show(text.slice(0, match.index));
			text = text.slice(match.index + command.length);
			if (kind === '133;') {
				if (body.startsWith('A')) listener.prompt();
			} else tellWord(body, listener);
		}
		const at = text.search(torn);
		if (at !== -1 && text.length - at <= longest) {
			held = text.slice(at);
			text = text.slice(0, at);
		}
		show(text.replace(begin, ''));
	};
}

function tellWord(body: string, listener: WordListener): void {
	const [word = '', ...args] = Buffer.from(body, 'latin1').toString().split(' ').filter(Boolean);
	if (Object.hasOwn(roomWords, word)) listener.word(word as RoomWord, args);
}
