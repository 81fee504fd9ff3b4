import {expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {project} from '../system/project.ts';
import {onScreen, tsboxLine} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/* `tsbox compose` in a real terminal: Ctrl-C of `up`, and a shell in a container of `run`. */

const root = process.getuid?.() === 0;

/** Says goodbye when it is asked to stop. */
const polite = (word: string): string =>
	`command: [sh, -c, "trap 'echo bye from ${word}; exit 0' TERM; echo ${word} is up; while :; do sleep 0.1; done"]\n`;

/** A command line under `tsbox compose` on a terminal that then says with which status it ended. */
async function composing(at: TestBox, words: readonly string[]): Promise<TmuxScreen> {
	return onScreen(at, `trap : INT; ${tsboxLine(at, ['compose', ...words])}; echo "status $?"; exec sh`);
}

test.runIf(root)('Ctrl-C of up stops all in order, and leaves them there', async () => {
	await using at = await testBox();
	project(at, {web: `${polite('web')}depends_on: [db]\n`, db: polite('db')}, 'compose.yaml');
	await using screen = await composing(at, ['up']);
	await screen.shows(/web-1 +\| web is up/);
	await screen.keys('C-c');
	const text = await screen.shows('status 130');
	expect(text).toMatch(/stopping; press Ctrl-C again to kill[^]*bye from web[^]*bye from db/);
	await screen.close();
	const {out} = await at.tsbox(['compose', 'ps', '-a', '--format', '{{.Service}} {{.State}}']);
	expect(out).toBe('db exited\nweb exited\n');
	await at.tsbox(['compose', 'down']);
	expect(at.leftovers()).toEqual([]);
});

test.runIf(root)('run -it is a shell on a terminal, beside its service, and is gone after exit', async () => {
	await using at = await testBox();
	project(at, {web: `${polite('web')}depends_on: [db]\n`, db: polite('db')}, 'compose.yaml');
	await using screen = await composing(at, ['run', '--rm', '-it', 'web', 'sh']);
	await screen.shows('/ #');
	await screen.type('test -t 0 && echo "on $(tty) of $(hostname)"\n');
	await screen.shows(new RegExp(`on /dev/\\S+ of ${at.name}-web-run-[0-9a-f]{12}`));
	await screen.keys('C-c');
	await screen.type('exit 7\n');
	await screen.shows('status 7');
	await screen.close();
	const {out} = await at.tsbox(['ps', '-a', '--format', '{{.Service}}']);
	expect(out).toBe('db\n');
	await at.tsbox(['compose', 'down']);
	expect(at.leftovers()).toEqual([]);
});
