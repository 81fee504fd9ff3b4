import type {Machine} from '../container/machine/machine.ts';
import {type CheckOptions, type CheckReport, checkSolution} from './check.ts';
import {lessonsFor} from './lessons.ts';
import {type Lesson, stagesOf} from './model/lesson.ts';
import {placeOf} from './place.ts';
import {learnPlain, type PlainOptions} from './plain.ts';
import {type ProgressStore, progressStore} from './progress.ts';
import {type FindWhys, whysFrom} from './why.ts';
import type {ListedLesson} from './words.ts';

/** The lessons on this machine, and what the learner has done. */
export interface School {
	readonly lessons: readonly Lesson[];
	readonly progress: ProgressStore;
	readonly findWhys: FindWhys;
	readonly list: () => readonly ListedLesson[];
	/** A lesson by its number; by default the first that is not done. Undefined when there is none of this number. */
	readonly lesson: (number?: number) => Lesson | undefined;
	/** A script that does a lesson: its tasks, the attack and what stops it, and the answer. */
	readonly solution: (lesson: Lesson) => string;
	readonly check: (lesson: Lesson, script: string, options: CheckOptions) => Promise<CheckReport>;
	readonly plain: (
		lesson: Lesson,
		options: Omit<PlainOptions, 'lessons' | 'first' | 'progress' | 'findWhys'>,
	) => Promise<void>;
}

/** Opens the lessons for this machine and this user. */
export function openSchool(
	machine: Machine,
	env: Readonly<Record<string, string | undefined>>,
	packageFolder: () => string,
): School {
	const lessons = lessonsFor(placeOf(machine.facts));
	const progress = progressStore(machine.host, env);
	const findWhys = whysFrom(machine, packageFolder);
	return {
		lessons,
		progress,
		findWhys,
		list: () => {
			const {done} = progress.read();
			return lessons.map(({number, id, title, rootless}) => ({number, id, title, done: done.includes(id), rootless}));
		},
		lesson: number => {
			const {done} = progress.read();
			return number === undefined
				? (lessons.find(({id}) => !done.includes(id)) ?? lessons[0])
				: lessons.find(each => each.number === number);
		},
		solution: solutionOf,
		check: (lesson, script, options) => checkSolution(machine, lesson, script, options),
		plain: (lesson, options) => learnPlain(machine, {...options, lessons, first: lesson.number, progress, findWhys}),
	};
}

/** The commands of all stages, each under its title. */
export function solutionOf(lesson: Lesson): string {
	const parts = stagesOf(lesson).map(({title, command}) => [`# ${title}`, ...command].join('\n'));
	return `# Lesson ${lesson.number}. ${lesson.title}\n${parts.join('\n')}\n`;
}
