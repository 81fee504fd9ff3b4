import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {leave, onScreen, tsboxLine} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/* What is longer than the screen goes through a pager: it is moved in, left, and the terminal is as it was. */

let at: TestBox;
let spec: string;

beforeAll(async () => {
	at = await testBox();
	spec = at.spec('mem_limit: 64m\n');
});

afterAll(() => leave(at));

/** A shell on a terminal that runs tsbox and says with which status that ended. */
function shell(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<TmuxScreen> {
	// tmux(1) has a TERM of its own. The shell takes Ctrl-C too, and goes on.
	const term = env['TERM'] === undefined ? '' : `TERM=${env['TERM']} `;
	const line = `trap : INT; ${term}${tsboxLine(at, args)}; echo "status $?"; exec sh`;
	return onScreen(at, line, {rows: 20, columns: 90, env});
}

/** A pager of the test's own, for what less(1) does not show: it reads all, says how much, and waits for Enter. */
function ownPager(): string {
	return at.file(
		'pager.sh',
		'lines=$(wc -l)\necho "pager: $((lines > 20)), LESS=$LESS"\nread -r _ < /dev/tty\necho left\n',
	);
}

test('a long plan is shown from its top, is moved in, and q leaves it', async () => {
	await using screen = await shell(['plan', '--explain', spec]);
	const top = await screen.shows(/^:$/m);
	expect(top).not.toContain('status');
	await screen.keys('G');
	const bottom = await screen.shows('(END)');
	expect(bottom.split('\n')[0]).not.toBe(top.split('\n')[0]);
	await screen.keys('g');
	await screen.shows(top.split('\n')[0] ?? '', '(END)');
	await screen.keys('q');
	await screen.shows(/^status 0$/m);
	expect(await screen.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
	await screen.type('clear; stty -a; echo looked');
	await screen.keys('Enter');
	const modes = await screen.shows(/^looked$/m);
	for (const flag of ['icanon', 'echo', 'isig']) expect(modes).toMatch(new RegExp(`(^|\\s)${flag}\\b`));
	await screen.close();
});

test('what fits on the screen is only printed', async () => {
	await using screen = await onScreen(at, `${tsboxLine(at, ['plan', '--explain', spec])}; echo "status $?"; exec sh`, {
		rows: 1000,
		columns: 90,
	});
	expect(await screen.shows(/^status 0$/m)).not.toMatch(/^:$|\(END\)/m);
	await screen.close();
});

test('ctrl-c in a pager is the pager’s, and tsbox waits for its end', async () => {
	await using screen = await shell(['--help'], {TSBOX_PAGER: 'less -R'});
	await screen.shows(/^:$/m);
	await screen.keys('C-c');
	await screen.keys('G');
	expect(await screen.shows('(END)')).not.toContain('status');
	await screen.keys('q');
	await screen.shows(/^status 0$/m);
	await screen.close();
});

test('TSBOX_PAGER is a command of the shell, gets all of the text, and goes before PAGER', async () => {
	await using screen = await shell(['--help'], {TSBOX_PAGER: `sh ${ownPager()}`, PAGER: 'false'});
	expect(await screen.shows('pager: 1, LESS=FRX')).not.toContain('status');
	await screen.keys('Enter');
	await screen.shows(/^left$\n^status 0$/m);
	await screen.close();
});

test.each([
	['--no-pager', ['--no-pager', '--help'], {PAGER: 'false'}],
	['PAGER=cat', ['--help'], {PAGER: 'cat'}],
	['a pager that is not there', ['--help'], {PAGER: '/no/such/pager'}],
	['a terminal that can do nothing', ['--help'], {TERM: 'dumb'}],
] as const)('%s: the text is printed', async (_, args, env) => {
	await using screen = await shell(args, env);
	const text = await screen.shows(/^status 0$/m);
	expect(text).toMatch(/--no-pager|--version/);
	await screen.close();
});
