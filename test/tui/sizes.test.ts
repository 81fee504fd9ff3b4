import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {project, sleeper, until} from '../system/project.ts';
import {dashboard, leave, onScreen, tsboxLine, upInBackground} from './dashboard.ts';
import {detailOf, goTo} from './seen.ts';

/* The dashboard at different sizes, and texts that are made to spoil a screen. */

const waits = "trap 'exit 0' TERM; while :; do sleep 0.1; done";
const hostile = String.raw`printf 'clear \033[2J\033[H\033]0;stolen\007 here\n'; printf 'bidi \342\200\256txt.exe\342\200\254 here\n'; printf 'colour \033[31mred\033[0m here\n'; printf 'bell \a tab\there\n'; printf 'back \r\b\bhere\n'`;
const wide = String.raw`printf '\346\274\242\345\255\227 wide\n'; printf 'e\314\201 combined\n'; printf '\360\237\221\251\342\200\215\360\237\221\251 family\n'`;
let at: TestBox;

beforeAll(async () => {
	at = await testBox();
	const block = (script: string): string => `command:\n  - sh\n  - -c\n  - |\n    ${script}\n    ${waits}\n`;
	const spec = project(at, {web: `${sleeper}mem_limit: 64m\n`, hostile: block(hostile), wide: block(wide)});
	await upInBackground(at, spec);
	await until('all is printed', async () => {
		const {out} = await at.tsbox(['logs', at.name]);
		return out.includes('family') && out.includes('back');
	});
});

afterAll(() => leave(at));

/** A screen without what changes by itself. */
function still(text: string): string {
	return text
		.replaceAll(/\d+(\.\d+)?[KM]\/64M/g, '?/64M')
		.replaceAll(/\d+ (second|minute|hour)s?/g, '? ago')
		.replaceAll(/cpu \d+ %, memory [\d.]+ [KM]iB/g, 'use')
		.replaceAll(/\b\d+(\.\d+)?[KMB]?\b/g, '?')
		.replaceAll(/[█░]+/g, '')
		.replaceAll(/ +/g, ' ')
		.replaceAll(/ $/gm, '');
}

const sizes = [
	[80, 24],
	[300, 60],
	[60, 15],
	[120, 40],
	[20, 5],
	[80, 24],
] as const;

test('after each change of size the screen is as one that was started so', async () => {
	await using screen = await dashboard(at, [], {columns: 100, rows: 30});
	await goTo(screen, `${at.name}-web-1`);
	await screen.shows(/64M/);
	for (const [columns, rows] of sizes) {
		await using fresh = await dashboard(at, [], {columns, rows});
		await screen.resize(columns, rows);
		for (const each of [fresh, screen]) {
			await each.keys('Home', 'Down', 'Down', 'Down', 'Down');
			await each.shows(new RegExp(`^▶ .*`, 'm'));
		}
		let [one, other] = ['', ''];
		await until('both are the same', async () => {
			[one, other] = [still(await screen.screen()), still(await fresh.screen())];
			return one === other;
		}).catch(() => {});
		expect(one).toBe(other);
		await fresh.close();
	}
	await screen.close();
});

test('on a small screen there is one pane, and tab goes to the other', async () => {
	await using screen = await dashboard(at, [], {columns: 60, rows: 15});
	await screen.shows('NAME ▲', '1 logs');
	await screen.keys('Tab');
	await screen.shows('1 logs', 'NAME ▲');
	await screen.keys('Tab');
	await screen.shows('NAME ▲', '1 logs');
	await screen.keys('d');
	await screen.shows('remove?');
	await screen.keys('n');
	await screen.shows('NAME ▲', 'remove?');
	await screen.resize(300, 60);
	expect(await screen.shows(/NAME ▲.*│.*1 logs/)).toMatch(/PORTS/);
	await screen.keys('z');
	await screen.shows('NAME ▲', '1 logs');
	await screen.keys('z');
	await screen.shows(/NAME ▲.*│.*1 logs/);
	await screen.close();
});

test('what a container prints moves no cursor, names no window and turns no text round', async () => {
	await using screen = await dashboard(at);
	const title = await screen.ask('#{pane_title}');
	await goTo(screen, `${at.name}-hostile-1`);
	const text = detailOf(await screen.shows('lines 1-5 of 5'));
	expect(
		text
			.trimEnd()
			.split('\n')
			.map(line => line.trim()),
	).toMatchInlineSnapshot(`
		[
		  "clear \\x1b[2J\\x1b[H\\x1b]0;stolen\\x07 here",
		  "bidi \\u{202e}txt.exe\\u{202c} here",
		  "colour red here",
		  "bell \\x07 tab   here",
		  "back \\x0d\\x08\\x08here",
		]
	`);
	expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
	expect(await screen.screen()).toMatch(/^ tsbox/);
	expect(await screen.ask('#{pane_title}')).toBe(title);
	await screen.close();
});

test('wide and combined characters keep their columns', async () => {
	await using screen = await dashboard(at, [], {columns: 200, rows: 40});
	await goTo(screen, `${at.name}-wide-1`.slice(0, 11));
	await screen.shows('漢字 wide');
	const text = await screen.shows('e\u0301 combined');
	// The line between the panes is one line: nothing beside it has moved it.
	const columns = text
		.split('\n')
		.filter(line => line.includes('│'))
		.map(line => line.split('│')[0]?.length);
	expect(new Set(columns).size).toBe(1);
	await screen.close();
});

test('on a terminal of 40 columns no row of a list takes two lines, and what is piped is whole', async () => {
	const web = `${at.name}-web-1`;
	const lists = [['ps'], ['images'], ['volume', 'ls'], ['runs', 'ls'], ['top', web], ['stats', '--no-stream', web]];
	const heads = [/NAME +STATE/, /NAME +DIGEST/, /NAME +PROJECT/, /ID/, /PID +.*COMMAND/, /NAME +CPU %/];
	for (const [index, words] of lists.entries()) {
		const {out} = await at.tsbox(words);
		const lines = out.trimEnd().split('\n').length;
		await using screen = await onScreen(at, `${tsboxLine(at, words)}; echo over; cat`, {columns: 40});
		const [head = '', ...rest] = (await screen.shows(/^over$/m)).trimEnd().split('\n');
		expect(head).toMatch(heads[index] ?? /nothing/);
		expect(rest.slice(0, lines)).toHaveLength(lines);
		expect(rest[lines - 1]).toBe('over');
	}
	const {out} = await at.tsbox(['ps']);
	expect(Math.max(...out.split('\n').map(line => line.length))).toBeGreaterThan(80);
});
