import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {until} from '../system/project.ts';
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
/** A prompt of a shell of the room, whose host name may be another by now; and two of them. */
const prompt = /^(?:[\w-]+:)?[~/]\S*[#$](?: |$)/m;
const twoPrompts = new RegExp(`${prompt.source}[^]*${prompt.source}`, 'm');

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

/** Types one line, and waits until the shell is ready for the next. */
async function typed(screen: TmuxScreen, line: string): Promise<void> {
	await screen.keys('C-l');
	await screen.shows(prompt, twoPrompts);
	await screen.type(line);
	await screen.keys('Enter');
	await screen.shows(twoPrompts);
}

async function done(screen: TmuxScreen, stage: Stage, index: number): Promise<void> {
	for (const line of stage.lines) await typed(screen, line);
	await screen.shows(new RegExp(`lesson \\d+ of 12[^\\n]*${'✔'.repeat(index + 1)}`));
}

describe.skipIf(process.getuid?.() !== 0)('a person', () => {
	test.each(lessons)('does lesson %i, breaks what is to be broken, and answers', async lesson => {
		const stages = await stagesOf(lesson);
		await using screen = await opened(lesson);
		for (const [index, stage] of stages.entries()) await done(screen, stage, index);
		await screen.keys('F10');
		await screen.ended();
		expect(await screen.screen()).toContain('Taken back');
		expect(at.leftovers()).toEqual([]);
	});

	test.each(lessons)('leaves nothing when tsbox is killed in lesson %i', async lesson => {
		const stages = await stagesOf(lesson);
		// FAULTS=all kills after each stage; else one stage of each lesson, another one in each.
		const ends = process.env['FAULTS'] === 'all' ? [...stages.keys()] : [lesson % stages.length];
		for (const end of ends) {
			await using screen = await opened(lesson);
			for (const [index, stage] of stages.slice(0, end + 1).entries()) await done(screen, stage, index);
			process.kill(await screen.pid(), 'SIGKILL');
			await screen.ended();
			await until(`nothing is left: ${at.leftovers().join(', ')}`, () => at.leftovers().length === 0);
		}
		expect(at.leftovers()).toEqual([]);
	});
});
