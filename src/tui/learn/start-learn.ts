import {stdin, stdout} from 'node:process';
import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Lesson} from '../../learn/model/lesson.ts';
import {observe} from '../../learn/observe.ts';
import {prepareLines} from '../../learn/prepare-lines.ts';
import type {ProgressStore} from '../../learn/progress.ts';
import {openRoom, type Room} from '../../learn/room/room.ts';
import {advance, beginLesson, type Session, type SessionEvent} from '../../learn/session.ts';
import {type Typist, typist} from '../../learn/typist.ts';
import type {FindWhys} from '../../learn/why.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {hasColour} from '../../view/text/theme.ts';
import {type Choice, prompt} from '../dash/model/sheet.ts';
import {type Line, span} from '../draw/line.ts';
import type {ThemeName} from '../draw/palette.ts';
import {lessonLines, type Note} from './lesson-panel.ts';
import {proseLines} from './prose.ts';
import {shellScreen} from './shell-screen.ts';
import {contentsOf, takenBackText, undoneSteps} from './taken-back.ts';

/** What the screen of the lessons needs. */
export interface StartLearn {
	readonly machine: Machine;
	readonly lessons: readonly Lesson[];
	/** The number of the lesson to begin with. */
	readonly first: number;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Ends the lesson and closes the room. */
	readonly signal: AbortSignal;
	readonly theme: ThemeName | undefined;
	readonly progress: ProgressStore;
	readonly findWhys: FindWhys;
}

/** The function keys with the word that does the same, most important first. */
const functionKeys = [
	['F1', 'hint'],
	['F10', 'leave'],
	['F3', 'doit'],
	['F6', 'next'],
	['F2', 'why'],
	['F5', 'answer'],
	['F4', 'breakit'],
	['F7', 'lessons'],
] as const;
/** Clears what was typed at a prompt; readline(3), unix-line-discard. */
const killLine = '\u0015';

/**
 * Shows the lessons on the terminal of this process until the learner leaves.
 *
 * @returns what was taken back, as text
 * @throws TsboxError when the machine cannot have a practice room.
 */
export async function startLearn(start: StartLearn): Promise<string> {
	const {machine, lessons, env, signal} = start;
	if (!('fd' in stdout) || stdout.isTTY !== true) throw new TsboxError('E_USAGE', 'the lessons need a terminal', {});
	const over = new AbortController();
	const ended = AbortSignal.any([signal, over.signal]);
	let lesson = lessons.find(({number}) => number === start.first) ?? (lessons[0] as Lesson);
	let session: Session = beginLesson(lesson).session;
	let note: Note | undefined;
	let room: Room | undefined;
	let keyboard: Typist | undefined;
	/** Whether a shell waits for a command line: not while a command runs, or with something that the learner has typed. */
	let prompts: 'busy' | 'free' | 'typed' = 'busy';
	/** Lines that wait until the learner's command has ended. */
	let waiting: readonly string[] = [];
	let failure: unknown;
	let closing: Promise<void> = Promise.resolve();

	const screen = shellScreen(
		{
			host: machine.host,
			stdin,
			stdout,
			theme: start.theme ?? (hasColour({...env, CI: undefined}, true) ? 'dark' : 'none'),
			glyphs: glyphs(env),
			signal: ended,
		},
		{
			against: 'container',
			header: () => headerLine(lesson, lessons.length, session, glyphs(env).isAscii),
			panel: frame => lessonLines(session, note, frame),
			keys: () => functionKeys,
			pressed: key => press(key),
			typed: bytes => {
				prompts = /[\r\n]/.test(bytes.toString('latin1')) ? 'busy' : prompts === 'free' ? 'typed' : prompts;
			},
			observed: (first, shell) => {
				const seen = {room: first, shell, processes: room?.processes() ?? [], host: machine.host};
				take(advance(session, {kind: 'observed', seen}));
			},
			shellEnded: () => screen.ask(endedSheet()),
		},
	);

	const take = (next: {readonly session: Session; readonly events: readonly SessionEvent[]}): void => {
		session = next.session;
		for (const event of next.events) tell(event);
		screen.changed();
	};
	const word = (name: string, args: readonly string[] = []): void => {
		// The last look may be from before the last command.
		const seen = room && observe(machine.host, room);
		if (seen !== undefined) take(advance(session, {kind: 'observed', seen}));
		take(advance(session, {kind: 'word', word: name, args}));
	};
	const press = (key: string): void => {
		const name = functionKeys.find(([each]) => each.toLowerCase() === key)?.[1];
		if (name === 'answer') screen.ask(prompt('Your answer', '', text => word('answer', text.split(' '))));
		else if (name !== undefined) word(name);
	};
	const typeLines = (lines: readonly string[]): void => {
		if (prompts === 'busy') {
			waiting = [...waiting, ...lines];
			return;
		}
		if (prompts === 'typed') room?.type(killLine);
		prompts = 'busy';
		keyboard?.type(lines);
	};
	const say = (text: string, tone: Note['tone'] = 'accent'): void => void (note = {text, tone});

	const tell = (event: SessionEvent): void => {
		switch (event.kind) {
			case 'stage':
				if (note?.tone !== 'ok') note = undefined;
				return;
			case 'reached':
				return say(`${glyphs(env).done} ${event.stage.title}`, 'ok');
			case 'skipped':
				return say(`${event.stage.title}: skipped`, 'quiet');
			case 'hint':
				return say(`Hint ${event.grade} of 3: ${event.text}`);
			case 'say':
				return say(event.text);
			case 'why':
				return void start.findWhys(lesson).then(whyOf => read('Why', whyOf(event.why)), fail);
			case 'type':
				return typeLines(event.lines);
			case 'done':
				if (event.skipped === 0) start.progress.finish(event.lesson.id);
				return screen.ask(doneSheet());
			case 'lessons':
				return event.number === undefined ? screen.ask(listSheet()) : begin(event.number);
			case 'leave':
				return over.abort();
		}
	};
	const read = (title: string, text: string): void =>
		screen.ask({
			kind: 'text',
			title: `${title} (Enter closes)`,
			lines: frame => proseLines(text, 'plain', frame),
			top: 0,
		});
	const fail = (error: unknown): void => {
		failure = error;
		over.abort();
	};

	const choice = (label: string, pick: () => void, aside = ''): Choice => ({label, aside, pick});
	const leave = choice('Leave, and take everything back', () => over.abort());
	const again = (label: string): Choice => choice(label, () => begin(lesson.number));
	const all = choice('All lessons', () => screen.ask(listSheet()));
	const doneSheet = () => {
		const next = lessons.find(({number}) => number === lesson.number + 1);
		const skipped = session.ended.filter(how => how === 'skipped').length;
		return {
			kind: 'choose' as const,
			title: `Lesson ${lesson.number} is done${skipped === 0 ? '' : `, ${skipped} skipped`}`,
			text: '',
			choices: [
				...(next === undefined ? [] : [choice(`Lesson ${next.number}: ${next.title}`, () => begin(next.number))]),
				choice('Stay in this room', () => {}),
				again('This lesson again'),
				all,
				leave,
			],
			cursor: 0,
		};
	};
	const endedSheet = () => ({
		kind: 'choose' as const,
		title: 'The shell has ended, and the room with it',
		text: '',
		choices: [again('Open the room again'), all, leave],
		cursor: 0,
	});
	const listSheet = () => {
		const {done} = start.progress.read();
		return {
			kind: 'choose' as const,
			title: 'Lessons (Esc leaves the list)',
			text: '',
			choices: lessons.map(each =>
				choice(`${each.number}  ${each.title}`, () => begin(each.number), done.includes(each.id) ? 'done' : ''),
			),
			cursor: Math.max(0, lessons.indexOf(lesson)),
		};
	};

	/** Closes the room, and opens a new one for a lesson. */
	const begin = (number: number): void => {
		const next = lessons.find(each => each.number === number);
		if (next === undefined) return say(`There is no lesson ${number}.`);
		lesson = next;
		note = undefined;
		const old = room;
		room = undefined;
		keyboard = undefined;
		take(beginLesson(lesson));
		closing = closing.then(() => old?.close()).then(open, fail);
	};
	const open = async (): Promise<void> => {
		if (ended.aborted) return;
		const opened = await openRoom(machine, {...screen.size(), signal: ended, prepare: prepareLines(lesson)}).catch(
			(error: unknown) => (ended.aborted ? undefined : fail(error)),
		);
		if (opened === undefined) return;
		room = opened;
		prompts = 'busy';
		waiting = [];
		keyboard = typist(opened);
		opened.onPrompt(() => {
			prompts = 'free';
			const lines = waiting;
			waiting = [];
			if (lines.length > 0) typeLines(lines);
		});
		opened.onOutput(bytes => take(advance(session, {kind: 'output', text: bytes.toString()})));
		opened.onWord((name, args) => word(name, args));
		screen.show(opened);
		read(`Lesson ${lesson.number}: ${lesson.title}`, lesson.about);
	};

	begin(lesson.number);
	await new Promise<void>(resolve => {
		if (ended.aborted) resolve();
		ended.addEventListener('abort', () => resolve(), {once: true});
	});
	screen.close();
	await closing;
	// `closing` may have opened it a moment ago.
	const last = room as Room | undefined;
	const contents = contentsOf(machine.host, last?.processes() ?? []);
	await last?.close();
	if (failure !== undefined) throw failure;
	return last === undefined ? '' : takenBackText(contents, await undoneSteps(last.events), false);
}

/** ` tsbox learn  lesson 1 of 12: chroot   ##>..` */
function headerLine({number, title}: Lesson, count: number, {stages, ended, at}: Session, isAscii: boolean): Line {
	const [done, skipped, here, open] = isAscii ? '#->.' : '✔-▸·';
	const marks = stages.map((_, index) =>
		index === at ? here : ended[index] === undefined ? open : ended[index] === 'reached' ? done : skipped,
	);
	return [
		span(' tsbox learn ', 'title'),
		span(`  lesson ${number} of ${count}: ${title}   `, 'strong'),
		span(marks.join(''), 'ok'),
	];
}
