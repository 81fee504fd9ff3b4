import type {Session} from '../../learn/session.ts';
import {escapeText} from '../../view/text/escape.ts';
import {type Frame, type Line, line, span, type Tone} from '../draw/line.ts';
import {proseLines} from './prose.ts';

/** The last thing that was said to the learner. */
export interface Note {
	readonly text: string;
	readonly tone: Tone;
}

const kinds = {task: 'Task', attack: 'Break it', stop: 'Stop it', question: 'Question'} as const;

/** The task, what it still lacks, and the last note. The note and the state stay when there is no room for the whole text. */
export function lessonLines(session: Session, note: Note | undefined, frame: Frame): readonly Line[] {
	const {stages, at} = session;
	const stage = stages[at];
	const said = note === undefined ? [] : proseLines(note.text, note.tone, frame);
	if (stage === undefined) return [line('This lesson is done.', 'ok'), ...said];
	const name = kinds[stage.kind];
	const head: Line = [
		span(`${name} ${at + 1}/${stages.length}`, 'accent'),
		span(stage.title === name ? '' : `  ${escapeText(stage.title)}`, 'strong'),
	];
	const state =
		stage.kind === 'question'
			? [line('F5 takes the answer, or type: answer ...', 'quiet')]
			: session.missing === undefined
				? []
				: proseLines(`not yet: ${session.missing}`, 'quiet', frame);
	const text = proseLines(stage.text, 'plain', frame);
	const room = Math.max(1, frame.rows - 1 - said.length);
	const body = [...text.slice(0, Math.max(1, room - state.length)), ...state].slice(0, room);
	return [head, ...body, ...said];
}
