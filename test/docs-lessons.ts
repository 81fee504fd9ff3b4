import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {lessonsFor} from '../src/learn/lessons.ts';
import {type Lesson, type Place, type Stage, specOf, stagesOf, type Why} from '../src/learn/model/lesson.ts';
import {whysFrom} from '../src/learn/why.ts';
import {recordingHost} from './support/recording-host.ts';
import {savedFacts} from './support/sample-input.ts';

/* The lessons of `tsbox learn` as a page, for root on a machine with cgroup v2: docs/lessons.md. */

const project = join(import.meta.dirname, '..');
const place: Place = {cgroup: 'v2', swap: true, users: true, filter: true, machine: 'x86_64'};

/** A row of a table for each lesson: number, title, tasks. */
export function lessonRows(): readonly string[] {
	return lessonsFor(place).map(
		({number, title, tasks}) => `| ${number} | ${title} | ${tasks.map(task => task.title).join('; ')} |`,
	);
}

/** A section for each lesson. */
export async function lessonSections(): Promise<string> {
	const lessons = lessonsFor(place);
	const sections = await Promise.all(lessons.map(section));
	return sections.join('\n\n');
}

async function section(lesson: Lesson): Promise<string> {
	const spec = specOf(lesson);
	const file = join(project, spec);
	const machine = {
		host: recordingHost({[file]: readFileSync(file, 'utf8'), [join(file, '../readonlyfiles')]: 'dir'}),
		dirs: {store: '/var/lib/tsbox', state: '/run/tsbox'},
		facts: savedFacts('v2-trixie'),
		limits: {},
		bestEffort: true,
	};
	const whyOf = await whysFrom(machine, () => project)(lesson);
	const reason = (why: Why): string => {
		const text = whyOf(why);
		if (text.includes('plan --explain')) throw new Error(`${spec} has no step ${JSON.stringify(why)}`);
		return text;
	};
	const old = lessonsFor({...place, cgroup: 'v1'}).find(({number}) => number === lesson.number);
	return [
		`## ${lesson.number}. ${lesson.title}`,
		lesson.about.replaceAll('\n', ' '),
		`The same as a spec: [\`${spec}\`](../${spec}).`,
		...stagesOf(lesson).flatMap((stage, index) => parts(stage, old && stagesOf(old)[index], reason(stage.why))),
	].join('\n\n');
}

function parts({kind, title, text, command}: Stage, old: Stage | undefined, why: string): readonly string[] {
	const differs = old !== undefined && old.command.join() !== command.join();
	return [
		`**${title}.** ${text.replace('\n', '\n\n')}`,
		block(command),
		...(differs ? ['With cgroup version 1:', block(old.command)] : []),
		// The text of an attack says why it works.
		...(kind === 'attack' || kind === 'stop' ? [] : [why]),
	];
}

const block = (lines: readonly string[]): string => ['```sh no-run: typed in the room', ...lines, '```'].join('\n');
