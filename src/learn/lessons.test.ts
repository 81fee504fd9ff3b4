import {describe, expect, test} from 'vitest';
import {lessonsFor} from './lessons.ts';
import {type Lesson, type Place, stagesOf} from './model/lesson.ts';
import {solutionOf} from './school.ts';

const root: Place = {cgroup: 'v1', swap: true, users: true, filter: true, machine: 'x86_64'};
const places: readonly (readonly [name: string, place: Place])[] = [
	['root, version 1', root],
	['root, version 2', {...root, cgroup: 'v2', machine: 'aarch64'}],
	['root without swap accounting', {...root, swap: false}],
	['an ordinary user', {...root, cgroup: 'none', users: false}],
	['no perl', {...root, filter: false}],
];

const texts = (lesson: Lesson): readonly string[] => [
	lesson.title,
	...lesson.about.split('\n'),
	lesson.question.ask,
	lesson.question.explain,
	...stagesOf(lesson).flatMap(({title, text, hints, why}) => [
		title,
		text,
		...hints,
		...(typeof why === 'string' ? [why] : []),
	]),
];

describe.each(places)('for %s', (_, place) => {
	const lessons = lessonsFor(place);

	test('there are twelve, in order, with ids of their own', () => {
		expect(lessons.map(({number}) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
		expect(new Set(lessons.map(({id}) => id)).size).toBe(12);
	});

	test.each(lessons)('$number has short lines, and an end to each sentence', lesson => {
		const about = lesson.about.split('\n');
		expect(about.length).toBeLessThanOrEqual(6);
		expect(about.filter(line => line.length > 125)).toEqual([]);
		expect(texts(lesson).filter(text => /undefined|\bcan not\b|NaN|null,/.test(text))).toEqual([]);
		const sentences = [
			lesson.about,
			lesson.question.ask,
			lesson.question.explain,
			...stagesOf(lesson).map(({text}) => text),
		];
		expect(sentences.filter(text => !/[.?"`)]$/.test(text))).toEqual([]);
	});

	test.each(lessons)('$number has commands for each stage, and the last hint is one of them', lesson => {
		for (const {command, hints, title} of stagesOf(lesson)) {
			expect({title, command}).not.toEqual({title, command: []});
			const programs = command.map(line => line.split(' ')[0] ?? '');
			expect(programs.some(program => hints[2].includes(program))).toBe(true);
		}
	});

	test.each(lessons)('$number has a solution of lines that can be typed', lesson => {
		expect(
			solutionOf(lesson)
				.split('\n')
				.filter(line => /[^\x20-\x7e]/.test(line)),
		).toEqual([]);
	});
});

test('an ordinary user is told what root could do; the commands are those of the cgroup version', () => {
	const lines = (place: Place) =>
		lessonsFor(place)[4]
			?.tasks.flatMap(({command}) => command)
			.join('\n');
	expect(lines(root)).toContain('/sys/fs/cgroup/memory/demo/memory.limit_in_bytes');
	expect(lines({...root, cgroup: 'v2'})).toContain('echo 0 > /sys/fs/cgroup/demo/memory.swap.max');
	expect(lines({...root, swap: false})).not.toContain('memsw');
	expect(lines({...root, cgroup: 'none'})).not.toContain('mkdir');
});
