import type {Machine} from '../container/machine/machine.ts';
import type {Lesson} from './model/lesson.ts';
import {observe} from './observe.ts';
import {prepareLines} from './prepare-lines.ts';
import {promptsOf, settled} from './prompts.ts';
import {openRoom} from './room/room.ts';
import {advance, beginLesson, currentStage, type Session, type SessionInput} from './session.ts';

/** How a solution did. */
export interface CheckReport {
	readonly lesson: number;
	readonly id: string;
	/** All tasks were reached. */
	readonly right: boolean;
	/** In order; the break-it part and the question do not count, but are judged as well. */
	readonly stages: readonly {readonly kind: string; readonly title: string; readonly reached: boolean}[];
	/** What the first stage that was not reached lacks. */
	readonly missing: string | undefined;
	/** The line that did not come back to a prompt, or that ended the room. */
	readonly stuck: {readonly line: number; readonly text: string; readonly ended: boolean} | undefined;
}

/** Options of {@link checkSolution}. */
export interface CheckOptions {
	readonly signal: AbortSignal;
	/** How long a line may take to come back to a prompt, ms. */
	readonly patienceMs: number;
	/** What the terminal shows. */
	readonly onOutput?: (bytes: Buffer) => void;
}

/** How long the shell of a room may take to start, ms. */
const firstPromptMs = 60_000;

/**
 * Types a solution line by line into a new room, and judges the stages of the lesson in order, after each line.
 *
 * @throws TsboxError when the machine cannot have a room.
 */
export async function checkSolution(
	machine: Machine,
	lesson: Lesson,
	script: string,
	{signal, patienceMs, onOutput}: CheckOptions,
): Promise<CheckReport> {
	const room = await openRoom(machine, {
		columns: 400,
		rows: 50,
		signal,
		prepare: prepareLines(lesson),
	});
	try {
		let {session} = beginLesson(lesson);
		const see = () => observe(machine.host, room);
		const take = (input: SessionInput): void => void ({session} = advance(session, input));
		room.onOutput(bytes => {
			take({kind: 'output', text: bytes.toString()});
			onOutput?.(bytes);
		});
		room.onWord((word, args) => take({kind: 'word', word, args}));
		const prompts = promptsOf(room, signal);
		let stuck: CheckReport['stuck'];
		if ((await prompts.next(firstPromptMs)) !== 'prompt') stuck = {line: 0, text: 'the first prompt', ended: false};
		for (const [index, text] of script.split('\n').entries()) {
			if (stuck !== undefined) break;
			if (text.trim() === '') continue;
			room.type(`${text}\n`);
			const how = await prompts.next(patienceMs);
			if (how !== 'prompt') stuck = {line: index + 1, text, ended: how === 'ended'};
			else await settled(room, text);
			session = judged(session, see);
		}
		return report(session, stuck);
	} finally {
		await room.close();
	}
}

/** Observes until no further stage is reached. */
function judged(session: Session, see: () => ReturnType<typeof observe>): Session {
	const seen = see();
	if (seen === undefined) return session;
	const next = advance(session, {kind: 'observed', seen}).session;
	return next.at === session.at ? next : judged(next, () => seen);
}

function report(session: Session, stuck: CheckReport['stuck']): CheckReport {
	const {lesson, stages, ended} = session;
	const reached = stages.map((_, index) => ended[index] === 'reached');
	return {
		lesson: lesson.number,
		id: lesson.id,
		right: stages.every(({kind}, index) => kind !== 'task' || reached[index] === true),
		stages: stages.map(({kind, title}, index) => ({kind, title, reached: reached[index] === true})),
		missing: currentStage(session) === undefined ? undefined : (session.missing ?? 'nothing was done for it'),
		stuck,
	};
}
