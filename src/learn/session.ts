import {type Lesson, type Observed, type Stage, stagesOf, type Why} from './model/lesson.ts';

/** Where a learner is in a lesson. */
export interface Session {
	readonly lesson: Lesson;
	readonly stages: readonly Stage[];
	/** The index of the current stage; the number of stages when the lesson is done. */
	readonly at: number;
	/** Hints that were given for the current stage. */
	readonly hints: number;
	/** How each stage before `at` ended. */
	readonly ended: readonly ('reached' | 'skipped')[];
	/** Output since the current stage began, without control sequences. */
	readonly output: string;
	/** What the current stage still lacks, as of the last observation. */
	readonly missing: string | undefined;
	/** The last observation of a shell. An answer is judged by it: the program that gives the answer has ended by then. */
	readonly seen: Omit<Observed, 'output'> | undefined;
}

/** What happens in the room. */
export type SessionInput =
	| {readonly kind: 'observed'; readonly seen: Omit<Observed, 'output'>}
	| {readonly kind: 'output'; readonly text: string}
	/** A word typed in the shell. */
	| {readonly kind: 'word'; readonly word: string; readonly args: readonly string[]};

/** What the screen, `--plain`, and `--check` tell or do. */
export type SessionEvent =
	/** A stage begins. */
	| {readonly kind: 'stage'; readonly stage: Stage; readonly number: number; readonly count: number}
	| {readonly kind: 'reached' | 'skipped'; readonly stage: Stage}
	| {readonly kind: 'hint'; readonly grade: 1 | 2 | 3; readonly text: string}
	| {readonly kind: 'why'; readonly why: Why}
	/** Lines to type, each at a prompt. */
	| {readonly kind: 'type'; readonly lines: readonly string[]}
	| {readonly kind: 'say'; readonly text: string}
	| {readonly kind: 'done'; readonly lesson: Lesson; readonly skipped: number}
	/** Another lesson is wanted; without a number, the list. */
	| {readonly kind: 'lessons'; readonly number: number | undefined}
	| {readonly kind: 'leave'};

/** A session after an input, and what to tell. */
export interface Advance {
	readonly session: Session;
	readonly events: readonly SessionEvent[];
}

/** Output that is kept for a goal, characters. */
const outputLength = 65_536;

/** Begins a lesson. */
export function beginLesson(lesson: Lesson): Advance {
	const stages = stagesOf(lesson);
	const session: Session = {
		lesson,
		stages,
		at: 0,
		hints: 0,
		ended: [],
		output: '',
		missing: undefined,
		seen: undefined,
	};
	return {session, events: stageEvents(session)};
}

/** The current stage; undefined when the lesson is done. */
export function currentStage({stages, at}: Session): Stage | undefined {
	return stages[at];
}

/** Takes an input. */
export function advance(session: Session, input: SessionInput): Advance {
	switch (input.kind) {
		case 'output':
			return {session: {...session, output: (session.output + plain(input.text)).slice(-outputLength)}, events: []};
		case 'observed':
			return observed(session, input.seen);
		case 'word':
			return word(session, input.word, input.args);
	}
}

function observed(before: Session, seen: Omit<Observed, 'output'>): Advance {
	const session = {...before, seen: seen.shell === undefined ? before.seen : seen};
	const goal = currentStage(session)?.goal;
	if (goal === undefined) return {session, events: []};
	const result = goal({...seen, output: session.output});
	return result === true ? end(session, 'reached') : {session: {...session, missing: result}, events: []};
}

function word(session: Session, name: string, args: readonly string[]): Advance {
	const stage = currentStage(session);
	const just = (...events: readonly SessionEvent[]): Advance => ({session, events});
	switch (name) {
		case 'lessons': {
			const number = args[0] === undefined ? undefined : Number(args[0]);
			return just({kind: 'lessons', number: Number.isInteger(number) ? number : undefined});
		}
		case 'leave':
			return just({kind: 'leave'});
		default:
	}
	if (stage === undefined)
		return just(
			name === 'next'
				? {kind: 'lessons', number: session.lesson.number + 1}
				: {kind: 'say', text: 'This lesson is done. Type `next` for the next one, `leave` to stop.'},
		);
	switch (name) {
		case 'hint':
			return hint(session, stage);
		case 'why':
			return just({kind: 'why', why: stage.why});
		case 'doit':
			return just({kind: 'type', lines: stage.command});
		case 'breakit':
			return stage.kind === 'attack' || stage.kind === 'stop'
				? just({kind: 'type', lines: stage.command})
				: just({kind: 'say', text: breakLater(session)});
		case 'answer':
			return answer(session, stage, args);
		case 'next':
			return end(session, 'skipped');
		default:
			return just({kind: 'say', text: `There is no word \`${name}\`.`});
	}
}

function breakLater({lesson, stages, at}: Session): string {
	if (lesson.breakIt === undefined) return 'This lesson has nothing to break.';
	return stages.findIndex(({kind}) => kind === 'attack') > at
		? 'Breaking comes after the tasks. `next` skips a task.'
		: 'You broke it already.';
}

function hint(session: Session, {hints}: Stage): Advance {
	const index = Math.min(session.hints, 2) as 0 | 1 | 2;
	const grade = (index + 1) as 1 | 2 | 3;
	return {session: {...session, hints: session.hints + 1}, events: [{kind: 'hint', grade, text: hints[index]}]};
}

function answer(session: Session, stage: Stage, args: readonly string[]): Advance {
	const say = (text: string): Advance => ({session, events: [{kind: 'say', text}]});
	if (stage.kind !== 'question') return say('There is no question yet.');
	const {question} = session.lesson;
	const given = folded(args.join(' '));
	if (given === '') return say('Type the answer after the word: `answer 42`.');
	const {seen} = session;
	const accepted = seen === undefined ? [] : question.answer({...seen, output: session.output});
	if (accepted.length === 0) return say('The kernel shows no answer now. Type `doit` to see how to get one.');
	return accepted.some(each => folded(each) === given)
		? end(session, 'reached', {kind: 'say', text: question.explain})
		: {session: {...session, missing: `the answer is not ${given}`}, events: [{kind: 'say', text: `Not ${given}.`}]};
}

/** An answer without what does not matter: case, quotes, a final period. */
function folded(text: string): string {
	return text
		.trim()
		.toLowerCase()
		.replaceAll(/^["'`]|["'`.]+$/g, '');
}

function end(session: Session, how: 'reached' | 'skipped', ...before: readonly SessionEvent[]): Advance {
	const stage = currentStage(session);
	if (stage === undefined) return {session, events: []};
	const next: Session = {
		...session,
		at: session.at + 1,
		hints: 0,
		output: '',
		missing: undefined,
		ended: [...session.ended, how],
	};
	return {session: next, events: [{kind: how, stage}, ...before, ...stageEvents(next)]};
}

function stageEvents(session: Session): readonly SessionEvent[] {
	const {at, stages, lesson, ended} = session;
	const stage = stages[at];
	if (stage !== undefined) return [{kind: 'stage', stage, number: at + 1, count: stages.length}];
	return [{kind: 'done', lesson, skipped: ended.filter(how => how === 'skipped').length}];
}

/** Text without control sequences; a goal looks for words, not for where they stand. */
function plain(text: string): string {
	return text
		.replaceAll(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g, '')
		.replaceAll(/\u001b\[[0-?]*[ -/]*[@-~]/g, '')
		.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
