import {expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {buildContext, fromBusybox, unfinished} from '../system/build-context.ts';
import {onScreen, tsboxLine} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/* `tsbox build` in a real terminal: the row that runs is drawn again and again, Ctrl-C stops it, and `--step` asks. */

const root = process.getuid?.() === 0;

/** A build on a terminal that then says with which status it ended. */
async function building(box: TestBox, words: readonly string[], columns = 100): Promise<TmuxScreen> {
	return onScreen(box, `trap : INT; ${tsboxLine(box, ['build', ...words])}; echo "status $?"; exec sh`, {columns});
}

test.runIf(root)(
	'the command that runs is shown with its last lines, and one that fails with all of them',
	async () => {
		await using box = await testBox();
		const many = 'for i in 1 2 3 4 5 6 7 8 9 10; do echo "line $i"; done; printf "10%%\\r99%%\\n"';
		const folder = buildContext(
			box,
			`${fromBusybox}RUN ${many}; echo waits; while [ ! -e /gate/open ]; do sleep 0.1; done\nRUN ${many}; exit 7\n`.replace(
				'RUN for',
				'RUN --mount=type=bind,target=/gate,rw for',
			),
			{},
		);
		await using screen = await building(box, [folder]);
		const running = await screen.shows(/\[base 3\/4\] RUN[^]*waits/);
		expect(running).toMatch(/ {2}line 10\n {2}99%\n {2}waits/);
		expect(running).not.toContain('line 1\n');
		await screen.keys('C-c');
		await screen.shows('status 130');
		await screen.close();
		expect(unfinished(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	},
);

test.runIf(root)('of a command that fails all output stays on the screen, and its row is marked', async () => {
	await using box = await testBox();
	const folder = buildContext(
		box,
		`${fromBusybox}RUN for i in 1 2 3 4 5 6 7 8 9 10; do echo "line $i"; done; exit 7\n`,
	);
	await using screen = await building(box, [folder]);
	const text = await screen.shows('status 1');
	expect(text).toMatch(
		/✔ \[base 1\/3\][^]*✔ \[base 2\/3\][^]*✘ \[base 3\/3\] RUN for .*\nline 1\n(line \d+\n){9}error: /,
	);
	await screen.close();
	expect(box.leftovers()).toEqual([]);
});

test.runIf(root)('a narrow terminal gets a line a row, and the result is on it', async () => {
	await using box = await testBox();
	const folder = buildContext(box, `${fromBusybox}RUN : ${'long '.repeat(40)}; echo a > /a\n`);
	await using screen = await building(box, [folder], 60);
	const text = await screen.shows('status 0');
	expect(text).toMatch(/^✔ \[base 3\/3\] RUN : long .*\.\.\. {2}done in .*KiB$/m);
	expect(text.split('\n').filter(line => line.startsWith('✔'))).toHaveLength(3);
});

test.runIf(root)(
	'`--step` explains each instruction, opens a shell in the files so far, and ends when asked',
	async () => {
		await using box = await testBox();
		const folder = buildContext(box, `${fromBusybox}ENV A=b\nRUN echo made > /made\nRUN echo $A > /never\n`);
		await using screen = await building(box, ['--step', folder]);
		await screen.shows(/The stage begins without files[^]*q: quit/);
		await screen.keys('s', 'Enter');
		await screen.shows('there are no files yet');
		for (const next of ['ADD rootfs.tar /', 'RUN echo made', 'RUN echo \\$A']) {
			await screen.keys('Enter');
			await screen.shows(new RegExp(`${next}[^]*q: quit.*\\s*$`));
		}
		await screen.keys('s', 'Enter');
		await screen.shows('/ #');
		await screen.type('cat /made; echo "A is $A"; ls /never\n');
		await screen.shows(/made\nA is b\n.*\/never/);
		await screen.type('exit\n');
		await screen.shows(/exit\n[^]*q: quit/);
		await screen.keys('q', 'Enter');
		await screen.shows(/interrupted[^]*status 130/);
		expect((await box.tsbox(['images', 'ls', '-q'])).out).toBe('');
		await screen.close();
		expect(unfinished(box)).toEqual([]);
		expect(box.leftovers()).toEqual([]);
	},
);
