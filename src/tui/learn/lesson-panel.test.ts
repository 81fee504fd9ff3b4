import {expect, test} from 'vitest';
import {plainText, sampleFrame, textsIn} from '../../../test/support/sample-frame.ts';
import {lessonsFor} from '../../learn/lessons.ts';
import {beginLesson, type Session} from '../../learn/session.ts';
import {lessonLines} from './lesson-panel.ts';
import {proseLines} from './prose.ts';

const [lesson] = lessonsFor({cgroup: 'v1', swap: true, users: true, filter: true, machine: 'x86_64'});
if (lesson === undefined) throw new Error('there is no lesson');
const {session} = beginLesson(lesson);
const missing: Session = {...session, missing: 'the root is the old one'};

test('a task has its text and what it lacks', () => {
	const text = plainText(lessonLines(missing, undefined, sampleFrame(60, 10)));
	expect(text.split('\n')[0]).toBe(`Task 1/${session.stages.length}  ${session.stages[0]?.title}`);
	expect(text).toContain('not yet: the root is the old one');
});

test('the state and the last note stay where there is no room for the text', () => {
	const lines = lessonLines(missing, {text: 'Hint 1 of 3: look', tone: 'accent'}, sampleFrame(60, 4));
	expect(lines).toHaveLength(4);
	expect(plainText(lines)).toMatch(/^Task 1.*\n.*\nnot yet: .*\nHint 1 of 3: look$/);
});

test('a question says how to answer', () => {
	const at = session.stages.findIndex(({kind}) => kind === 'question');
	expect(plainText(lessonLines({...session, at}, undefined, sampleFrame(60, 10)))).toContain('answer');
});

test('a lesson that is done says so', () => {
	const at = session.stages.length;
	expect(plainText(lessonLines({...session, at}, undefined, sampleFrame(60, 10)))).toBe('This lesson is done.');
});

test('code in prose has a tone of its own, over line ends of the wrapping too', () => {
	const lines = proseLines('run `mount -t proc` now\n\nend', 'plain', sampleFrame(12, 10));
	expect(plainText(lines)).toBe('run `mount\n-t proc` now\n\nend');
	expect(textsIn(lines, 'command')).toEqual(['mount', '-t proc']);
});
