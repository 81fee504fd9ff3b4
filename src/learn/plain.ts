import {stripVTControlCharacters} from 'node:util';
import type {Machine} from '../container/machine/machine.ts';
import {wrapWords} from '../view/text/wrap.ts';
import type {LearnerInput} from './input.ts';
import type {Lesson} from './model/lesson.ts';
import {observe} from './observe.ts';
import {prepareLines} from './prepare-lines.ts';
import type {ProgressStore} from './progress.ts';
import {promptsOf, settled} from './prompts.ts';
import {openRoom} from './room/room.ts';
import {advance, beginLesson, type SessionEvent, type SessionInput} from './session.ts';
import {typist} from './typist.ts';
import type {FindWhys} from './why.ts';
import {eventLines, introLines, wordLines} from './words.ts';

/** Options of {@link learnPlain}. */
export interface PlainOptions {
	readonly lessons: readonly Lesson[];
	/** The number of the first lesson. */
	readonly first: number;
	readonly input: LearnerInput;
	/** Writes text; a terminal in raw mode needs `\r\n`, which is written here. */
	readonly out: (text: string) => void;
	readonly columns: number;
	readonly rows: number;
	readonly signal: AbortSignal;
	readonly progress: ProgressStore;
	readonly findWhys: FindWhys;
}

/** What the lines of tsbox begin with. */
const mark = 'tsbox: ';

/** The texts of the lessons are ASCII, but for marks of one column. */
const width = (text: string): number => text.length;

/** Longer than anybody waits for a line. */
const forever = 0x7fff_ffff;

/**
 * Runs lessons without a screen: what tsbox says are lines that begin with `tsbox: `, and the output of the shell passes
 * through. Resolves when the learner leaves, or when the input ends.
 */
export async function learnPlain(machine: Machine, options: PlainOptions): Promise<void> {
	let number: number | undefined = options.first;
	while (number !== undefined) {
		const lesson = options.lessons.find(each => each.number === number);
		if (lesson === undefined) return;
		number = await learnLesson(machine, lesson, options);
	}
}

/** The number of the lesson that is wanted next; undefined to leave. */
async function learnLesson(machine: Machine, lesson: Lesson, options: PlainOptions): Promise<number | undefined> {
	const {lessons, input, columns, rows, signal, progress, findWhys} = options;
	const isTerminal = input.kind === 'terminal';
	const lineEnd = isTerminal ? '\r\n' : '\n';
	let atLineStart = true;
	const write = (text: string): void => {
		if (text === '') return;
		atLineStart = text.endsWith('\n');
		options.out(text);
	};
	const say = (lines: readonly string[]): void => {
		if (lines.length === 0) return;
		// A terminal would break lines in the middle of a word; a pipe has no width.
		const told = lines
			.flatMap(line => line.split('\n'))
			// Lines to type stay as they are.
			.flatMap(line => (isTerminal && !line.startsWith(' ') ? wrapWords(line, columns - mark.length, width) : [line]));
		write((atLineStart ? '' : lineEnd) + told.map(line => `${mark}${line}${lineEnd}`).join(''));
	};
	say([...introLines(lesson), ...wordLines]);
	const whyOf = await findWhys(lesson);
	const closing = new AbortController();
	const room = await openRoom(machine, {
		columns,
		rows,
		signal: AbortSignal.any([signal, closing.signal]),
		prepare: prepareLines(lesson),
		...(isTerminal ? {} : {term: 'dumb'}),
	});
	let wanted: number | undefined;
	let over = false;
	const pending: string[] = [];
	const type = isTerminal ? typist(room).type : (lines: readonly string[]): void => void pending.unshift(...lines);
	let {session, events} = beginLesson(lesson);
	const tell = (told: readonly SessionEvent[]): void => {
		for (const event of told) {
			say(eventLines(event));
			if (event.kind === 'why') say([whyOf(event.why)]);
			else if (event.kind === 'type') type(event.lines);
			else if (event.kind === 'done' && event.skipped === 0) progress.finish(lesson.id);
			else if (event.kind === 'leave') over = true;
			else if (event.kind === 'lessons') {
				if (lessons.some(each => each.number === event.number)) [over, wanted] = [true, event.number];
				else say(lessons.map(each => `${each.number} ${each.title}`));
			}
		}
	};
	const see = () => observe(machine.host, room);
	const take = (taken: SessionInput): readonly SessionEvent[] => {
		const next = advance(session, taken);
		session = next.session;
		return next.events;
	};
	/** Tells what was reached, one stage after the other. */
	const judge = (): void => {
		const seen = see();
		const told = seen === undefined ? [] : take({kind: 'observed', seen});
		tell(told);
		if (told.length > 0) judge();
	};
	room.onOutput(bytes => {
		const text = bytes.toString();
		take({kind: 'output', text});
		write(isTerminal ? text : stripVTControlCharacters(text).replaceAll('\r', ''));
	});
	room.onWord((word, args) => tell(take({kind: 'word', word, args})));
	// Judged before the prompt is shown, so that what is told stands above it.
	room.onPrompt(judge);
	tell(events);
	const prompts = promptsOf(room, signal);
	const stopTyping = isTerminal ? input.onTyped(bytes => room.type(bytes)) : () => {};
	try {
		let line = '';
		while ((await prompts.next(forever)) === 'prompt') {
			await settled(room, line);
			judge();
			if (over) break;
			if (isTerminal) continue;
			while (pending[0] === 'exit' && room.atHome()) pending.shift();
			const next = pending.shift() ?? (await input.next());
			if (next === undefined) break;
			line = next;
			room.type(`${line}\n`);
		}
		return wanted;
	} finally {
		if (!atLineStart) write(lineEnd);
		stopTyping();
		closing.abort();
		await room.close();
	}
}
