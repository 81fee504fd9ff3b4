import {expect, test} from 'vitest';
import {recordingHost} from '../../test/support/recording-host.ts';
import {sampleSnapshot} from '../../test/support/sample-snapshot.ts';
import type {Lesson} from './model/lesson.ts';
import {advance, beginLesson, type Session, type SessionEvent, type SessionInput} from './session.ts';

const lesson: Lesson = {
	number: 1,
	id: 'sample',
	title: 'Sample',
	about: 'About.',
	rootless: true,
	tasks: [
		{
			title: 'First',
			text: 'Do it.',
			goal: ({shell}) => shell?.hostname === 'box' || 'the name is not box',
			hints: ['look', 'tool', 'line'],
			why: {step: 'uts.hostname'},
			command: ['unshare -u sh', 'hostname box'],
		},
	],
	breakIt: {
		text: 'Break.',
		attack: ['attack'],
		works: ({output}) => output.includes('owned') || 'not owned',
		stopText: 'Stop.',
		stop: ['stop'],
		stopped: ({output}) => output.includes('refused') || 'not refused',
	},
	question: {
		ask: 'Which?',
		answer: ({shell}) => (shell === undefined ? [] : [`${shell.root.inode}`]),
		command: ['answer 2'],
		explain: 'Because.',
	},
};

const seen = (hostname = 'host') => ({
	room: sampleSnapshot(),
	shell: sampleSnapshot({hostname}),
	processes: [],
	host: recordingHost(),
});
const word = (name: string, ...args: readonly string[]): SessionInput => ({kind: 'word', word: name, args});
const output = (text: string): SessionInput => ({kind: 'output', text});
const observed = (hostname?: string): SessionInput => ({kind: 'observed', seen: seen(hostname)});

/** The session after inputs, and what the last one told. */
function after(...inputs: readonly SessionInput[]): {readonly session: Session; readonly told: readonly string[]} {
	let {session, events} = beginLesson(lesson);
	for (const input of inputs) ({session, events} = advance(session, input));
	return {session, told: events.map(wordsOf)};
}

function wordsOf(event: SessionEvent): string {
	switch (event.kind) {
		case 'stage':
			return `stage ${event.number}/${event.count} ${event.stage.title}`;
		case 'reached':
		case 'skipped':
			return `${event.kind} ${event.stage.title}`;
		case 'hint':
			return `hint ${event.grade} ${event.text}`;
		case 'type':
			return `type ${event.lines.join('; ')}`;
		case 'say':
			return event.text;
		case 'done':
			return `done, ${event.skipped} skipped`;
		case 'lessons':
			return `lessons ${event.number}`;
		case 'why':
		case 'leave':
			return event.kind;
	}
}

const first = observed('box');
const broken = [first, output('owned'), observed()];
const stopped = [...broken, output('refused'), observed()];

test('a lesson goes from its tasks to the attack, what stops it, and the question', () => {
	expect(after().told).toEqual(['stage 1/4 First']);
	expect(after(observed()).told).toEqual([]);
	expect(after(observed()).session.missing).toBe('the name is not box');
	expect(after(first).told).toEqual(['reached First', 'stage 2/4 Break it']);
	expect(after(...broken).told).toEqual(['reached Break it', 'stage 3/4 Stop it']);
	expect(after(...stopped).told).toEqual(['reached Stop it', 'stage 4/4 Question']);
	expect(after(...stopped, word('answer', '2')).told).toEqual(['reached Question', 'Because.', 'done, 0 skipped']);
});

test('output counts since the stage began, across control sequences and pieces', () => {
	expect(after(output('owned'), first, observed()).session.at).toBe(1);
	expect(after(first, output('ow'), output('\u001b[1mne\u001b[0md\r\n'), observed()).session.at).toBe(2);
});

test('hints have three grades, and the last one repeats', () => {
	expect(after(word('hint')).told).toEqual(['hint 1 look']);
	expect(after(word('hint'), word('hint')).told).toEqual(['hint 2 tool']);
	expect(after(word('hint'), word('hint'), word('hint'), word('hint')).told).toEqual(['hint 3 line']);
	expect(after(word('hint'), first, word('hint')).told).toEqual(['hint 1 You need attack.']);
});

test('doit types the lines of the stage', () => {
	expect(after(word('doit')).told).toEqual(['type unshare -u sh; hostname box']);
	expect(after(first, word('doit')).told).toEqual(['type attack']);
	expect(after(...stopped, word('doit')).told).toEqual(['type answer 2']);
});

test('breakit types the attack where there is one to type', () => {
	expect(after(word('breakit')).told).toEqual(['Breaking comes after the tasks. `next` skips a task.']);
	expect(after(first, word('breakit')).told).toEqual(['type attack']);
	expect(after(...stopped, word('breakit')).told).toEqual(['You broke it already.']);
});

test('an answer may be quoted and end in a period; a wrong one is said', () => {
	expect(after(word('answer', '2')).told).toEqual(['There is no question yet.']);
	expect(after(...stopped, word('answer')).told).toEqual(['Type the answer after the word: `answer 42`.']);
	expect(after(...stopped, word('answer', '3')).told).toEqual(['Not 3.']);
	expect(after(...stopped, word('answer', '"2".')).told[0]).toBe('reached Question');
});

test('an answer is judged by the last shell that was seen', () => {
	const gone: SessionInput = {kind: 'observed', seen: {...seen(), shell: undefined}};
	expect(after(...stopped, gone, word('answer', '2')).told[0]).toBe('reached Question');
	const skipped = [word('next'), word('next'), word('next'), word('answer', '2')];
	expect(after(...skipped).told[0]).toContain('The kernel shows no answer now.');
});

test('next skips, and goes on after the end', () => {
	expect(after(word('next')).told).toEqual(['skipped First', 'stage 2/4 Break it']);
	const all = [word('next'), word('next'), word('next'), word('next')];
	expect(after(...all).told).toEqual(['skipped Question', 'done, 4 skipped']);
	expect(after(...all, word('next')).told).toEqual(['lessons 2']);
	expect(after(...all, word('hint')).told[0]).toContain('This lesson is done.');
	expect(after(...all, observed('box')).told).toEqual([]);
});

test('the list, another lesson, the end', () => {
	expect(after(word('lessons')).told).toEqual(['lessons undefined']);
	expect(after(word('lessons', '7')).told).toEqual(['lessons 7']);
	expect(after(word('lessons', 'x')).told).toEqual(['lessons undefined']);
	expect(after(word('leave')).told).toEqual(['leave']);
});
