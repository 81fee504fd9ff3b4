import {randomBytes} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {until} from '../system/project.ts';
import {partOf} from '../support/turn.ts';
import {leave, onScreen, tsboxLine} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/*
 * All lessons of `tsbox learn` in a real terminal, as a person goes through them: each line is typed when the shell is ready, and the
 * next task begins when the screen says that the one before is done. The lines are those of `learn --solution`.
 */

/** A stage of a lesson, and the lines that a person types for it. */
interface Stage {
	readonly title: string;
	readonly lines: readonly string[];
}

const lessons = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
/** Those that are gone through again and again, to each stage. */
const killed = partOf(lessons, 4);
/** A prompt of a shell of the room, whose host name may be another by now. */
const prompt = /^(?:[\w-]+:)?[~/]\S*[#$](?: |$)/m;

let at: TestBox;

beforeAll(async () => {
	at = await testBox();
});
afterAll(() => leave(at));

async function stagesOf(lesson: number): Promise<readonly Stage[]> {
	const {out} = await at.tsbox(['learn', '--solution', String(lesson)]);
	return out
		.split(/^# /m)
		.slice(2)
		.map(text => {
			const [title = '', ...lines] = text.trimEnd().split('\n');
			return {title, lines};
		});
}

/** Opens a lesson; its introduction is closed. */
async function opened(lesson: number): Promise<TmuxScreen> {
	const line = `exec ${tsboxLine(at, ['learn', String(lesson)])}`;
	const screen = await onScreen(at, line, {columns: 160, rows: 50, env: {XDG_STATE_HOME: at.folder}});
	await screen.shows(new RegExp(`lesson ${lesson} of 12[^]*Enter closes`));
	await screen.keys('Enter');
	await screen.shows(prompt, 'Enter closes');
	return screen;
}

/** Types one line, and waits for the prompt after it, or for the end of the lesson. A comment tells the line from others. */
async function typed(screen: TmuxScreen, line: string): Promise<void> {
	const mark = ` # ${randomBytes(3).toString('hex')}`;
	await screen.type(`${line}${mark}`);
	await screen.keys('Enter');
	await screen.shows(new RegExp(`${mark}[^]*${prompt.source}|Lesson \\d+ is done`, 'm'));
}

async function done(screen: TmuxScreen, stage: Stage, index: number): Promise<void> {
	for (const line of stage.lines) await typed(screen, line);
	await screen.shows(new RegExp(`lesson \\d+ of 12[^\\n]*${'✔'.repeat(index + 1)}|Lesson \\d+ is done`));
}

describe.skipIf(process.getuid?.() !== 0)('a person', () => {
	test.each(lessons)('does lesson %i, breaks what is to be broken, and answers', async lesson => {
		const stages = await stagesOf(lesson);
		await using screen = await opened(lesson);
		for (const [index, stage] of stages.entries()) await done(screen, stage, index);
		await screen.keys('F10');
		await screen.ended();
		await screen.shows('every file that was written');
		await screen.close();
		expect(at.leftovers()).toEqual([]);
	});

	test.each(killed)('leaves nothing when tsbox is killed after any stage of lesson %i', async lesson => {
		const stages = await stagesOf(lesson);
		// Each stage comes after all before it.
		for (const end of partOf([...stages.keys()], 3)) {
			await using screen = await opened(lesson);
			for (const [index, stage] of stages.slice(0, end + 1).entries()) await done(screen, stage, index);
			process.kill(await screen.pid(), 'SIGKILL');
			await screen.ended();
			await screen.close();
			await until(`nothing is left: ${at.leftovers().join(', ')}`, () => at.leftovers().length === 0);
		}
		expect(at.leftovers()).toEqual([]);
	});
});
