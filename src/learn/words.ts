import type {CheckReport} from './check.ts';
import {type Lesson, type Stage, specOf} from './model/lesson.ts';
import type {SessionEvent} from './session.ts';

/** A lesson in the list. */
export interface ListedLesson {
	readonly number: number;
	readonly id: string;
	readonly title: string;
	readonly done: boolean;
	/** An ordinary user can do it. */
	readonly rootless: boolean;
}

/** The lines that open a lesson. */
export function introLines({number, title, about}: Lesson): readonly string[] {
	return [`Lesson ${number}. ${title}`, ...about.split('\n')];
}

/** What may be typed beside commands. */
export const wordLines: readonly string[] = [
	'Type commands, or a word: `hint`, `why`, `doit` (do it for me), `answer X`, `next` (skip), `lessons`, `leave`.',
];

/** What a stage is called: its task's title, or what kind of stage it is. */
function stageLine({title}: Stage, number: number, count: number): string {
	return `${number}/${count} ${title}`;
}

/** An event as lines of text; none for those that ask for something to be done. */
export function eventLines(event: SessionEvent): readonly string[] {
	switch (event.kind) {
		case 'stage':
			return [stageLine(event.stage, event.number, event.count), event.stage.text];
		case 'reached':
			return [`✔ ${event.stage.title}`];
		case 'skipped':
			return [`skipped: ${event.stage.title}`];
		case 'hint':
			return event.grade === 3
				? ['hint 3 of 3, the full line:', ...event.text.split('\n').map(line => `    ${line}`)]
				: [`hint ${event.grade} of 3: ${event.text}`];
		case 'say':
			return [event.text];
		case 'done':
			return [
				event.skipped === 0
					? `Lesson ${event.lesson.number} is done.`
					: `Lesson ${event.lesson.number} ends, ${event.skipped} skipped.`,
				`As a spec it is ${specOf(event.lesson)}: see it with \`tsbox plan --explain\`.`,
				'`next` starts the next lesson, `leave` takes everything back.',
			];
		case 'why':
		case 'type':
		case 'lessons':
		case 'leave':
			return [];
	}
}

/** The list of lessons. */
export function listText(lessons: readonly ListedLesson[]): string {
	const rows = lessons.map(
		({number, title, done, rootless}) =>
			`${done ? '✔' : ' '} ${String(number).padStart(2)}  ${title}${rootless ? '' : '  (as root)'}\n`,
	);
	return rows.join('');
}

/** How a solution did. */
export function reportText({lesson, right, stages, missing, stuck}: CheckReport): string {
	const first = stages.findIndex(({reached}) => !reached);
	const lines = stages.map(({kind, title, reached}, index) =>
		reached
			? `✔ ${title}`
			: index === first && missing !== undefined
				? `✘ ${title}: ${missing}`
				: `✘ ${title}${kind === 'task' ? '' : ' (does not count)'}`,
	);
	const why =
		stuck === undefined
			? []
			: [
					stuck.ended
						? `line ${stuck.line} ended the shell of the room: ${stuck.text}`
						: `line ${stuck.line} did not come back to a prompt: ${stuck.text}`,
				];
	return [...lines, ...why, `lesson ${lesson} is ${right ? 'right' : 'not reached'}`].map(line => `${line}\n`).join('');
}
