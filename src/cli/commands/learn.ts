import {resolve} from 'node:path';
import {isError} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Lesson} from '../../learn/model/lesson.ts';
import type {School} from '../../learn/school.ts';
import {jsonText} from '../../view/text/json.ts';
import {jsonOption} from '../options/arguments.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';
import {hasDashScreen} from '../output/has-screen.ts';
import {onScreen} from '../up/on-screen.ts';
import {defineCommand} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import {programOf} from '../verb/program.ts';

/** `tsbox learn`: lessons in which one builds a container by hand. */
export const learn = defineCommand({
	name: 'learn',
	describe: 'Learn what a container is: build one by hand, in a room that tsbox watches and takes back',
	examples: [
		['tsbox learn', 'the first lesson that you have not done'],
		['tsbox learn 3', 'lesson 3'],
		['tsbox learn --list', 'all lessons, and which you have done'],
		['tsbox learn --plain 1', 'lines of text instead of a screen, for a screen reader or a pipe'],
		['tsbox learn --check 1 solution.sh', 'type a script into lesson 1, and say whether it reaches the tasks'],
		['tsbox learn --solution 1 | tsbox learn --check 1', 'the built-in solution is right'],
	],
	options: {
		list: {kind: 'flag', describe: 'List the lessons'},
		reset: {kind: 'flag', describe: 'Forget which lessons you have done'},
		plain: {kind: 'flag', describe: 'Print lines of text instead of drawing a screen'},
		check: {kind: 'flag', describe: 'Judge a script; exit status 1 if a task is not reached'},
		solution: {kind: 'flag', describe: 'Print a script that does the lesson'},
		timeout: {kind: 'number', value: 'SECONDS', describe: 'With --check: how long a line may take; default 30'},
		...jsonOption,
	},
	positionals: [
		{name: 'N', describe: 'Number of the lesson', completes: 'none'},
		{name: 'SCRIPT', describe: 'With --check: the script; by default standard input', completes: 'file'},
	],
	async run({values, positionals: [word, file]}, {io, engine, folders}) {
		const modes = (['list', 'reset', 'plain', 'check', 'solution'] as const).filter(name => values[name]);
		if (modes.length > 1) throw usageError(`--${modes[0]} and --${modes[1]} cannot be combined`, undefined, 'learn');
		const [mode] = modes;
		if (mode !== 'check' && (file !== undefined || values.timeout !== undefined))
			throw usageError(`${file ?? '--timeout'} is for --check`, undefined, 'learn');
		if (values.timeout !== undefined && values.timeout < 1)
			throw usageError('--timeout is at least 1 second', undefined, 'learn');
		const machine = await engine.openMachine(folders);
		const school = await engine.openSchool(machine, io.env, io.own.folder);
		const {listText, reportText} = await import('../../learn/words.ts');
		if (mode === 'list') {
			io.out(values.json ? jsonText(school.list(), 2) : listText(school.list()));
			return 0;
		}
		if (mode === 'reset') {
			school.progress.reset();
			return 0;
		}
		const number = word === undefined ? undefined : Number(word);
		if (number === undefined && (mode === 'check' || mode === 'solution'))
			throw usageError(`--${mode} needs the number of a lesson`, undefined, 'learn');
		const lesson = school.lesson(number);
		if (lesson === undefined)
			throw usageError(
				`there is no lesson ${word}; there are lessons 1 to ${school.lessons.length}`,
				undefined,
				'learn',
			);
		if (mode === 'solution') {
			io.out(school.solution(lesson));
			return 0;
		}
		const script = mode === 'check' ? await scriptOf(io, file) : undefined;
		const isClean = await engine.cleanAfter(machine, programOf(io));
		try {
			if (script !== undefined) {
				const patienceMs = (values.timeout ?? 30) * 1000;
				const report = await untilStopped(io, signal => school.check(lesson, script, {signal, patienceMs}));
				io.out(values.json ? jsonText(report, 2) : reportText(report));
				return report.right ? 0 : 1;
			}
			if (mode === undefined && hasDashScreen(io)) {
				const {startLearn} = await import('../../tui/learn/start-learn.ts');
				const {lessons, progress, findWhys} = school;
				const first = lesson.number;
				return await onScreen(io, signal =>
					startLearn({machine, lessons, progress, findWhys, first, env: io.env, signal, theme: io.theme}),
				);
			}
			await untilStopped(io, signal => plain(io, school, lesson, signal));
			return 0;
		} finally {
			isClean();
		}
	},
});

/** The lessons as lines of text. */
async function plain(io: Io, school: School, lesson: Lesson, signal: AbortSignal): Promise<void> {
	const {learnerInput} = await import('../../learn/input.ts');
	const input = learnerInput(io.isTerminal('stdin') && io.isTerminal('stdout'));
	try {
		const out = (text: string): void => io.out(text);
		await school.plain(lesson, {input, out, columns: io.columns(), rows: io.rows(), signal});
	} finally {
		input.close();
	}
}

async function untilStopped<T>(io: Io, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const stop = stopSignals(io, 'the lesson');
	try {
		return await run(stop.signal);
	} finally {
		stop.close();
	}
}

/** The script to judge. */
async function scriptOf(io: Io, file: string | undefined): Promise<string> {
	if (file === undefined) {
		const {callerText} = await import('../../host/programs/stdio.ts');
		return await callerText();
	}
	try {
		return io.readFile(resolve(io.cwd, file));
	} catch (cause) {
		throw new TsboxError('E_USAGE', `cannot read the script ${file}`, {
			...(isError(cause) ? {why: cause.message} : {}),
			hint: 'pass the path of a shell script, or none for standard input',
			cause,
		});
	}
}
