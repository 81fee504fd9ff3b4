import {stripVTControlCharacters} from 'node:util';
import {describe, expect, test} from 'vitest';
import type {Frame} from '../../draw/line.ts';
import {paint} from '../../draw/palette.ts';
import {sampleFrame} from '../../../../test/support/sample-frame.ts';
import {helpSheet} from '../sheets.ts';
import {keyTable} from './keys.ts';
import {sampleNarrow} from '../../../../test/support/sample-dash.ts';
import type {Sheet} from './sheet.ts';
import {sheetLines} from './sheet-lines.ts';

function draw(sheet: Sheet, frame: Frame, theme: 'none' | 'dark' = 'none'): string {
	return sheetLines(sheet, frame, sampleNarrow)
		.map(line => paint(line, theme))
		.join('\n');
}

const plain = (sheet: Sheet, columns: number, rows: number, locale = 'C.UTF-8'): string =>
	stripVTControlCharacters(draw(sheet, sampleFrame(columns, rows, locale)));

const pick = (): void => {};
const confirm: Sheet = {
	kind: 'confirm',
	title: 'remove?',
	loses: 'the files that shop-web wrote and its output',
	commands: [
		['rm', 'shop-web'],
		['rm', 'shop db'],
	],
	yes: pick,
};
const typed: Sheet = {
	kind: 'prompt',
	title: 'show what matches',
	text: 'web !db',
	at: 3,
	note: 'words that must be there; !word must not',
	done: pick,
};
const choose: Sheet = {
	kind: 'choose',
	title: 'send a signal to shop-web',
	text: '',
	choices: ['TERM', 'KILL', 'INT', 'HUP', 'QUIT'].map(label => ({
		label,
		aside: `tsbox kill -s ${label} shop-web`,
		pick,
	})),
	cursor: 1,
};

describe('a confirmation says what is lost and which commands run', () => {
	test('80 columns', () => {
		expect(plain(confirm, 80, 8)).toMatchInlineSnapshot(`
			"╭──────────────────────────────────────────────────────────────────────────────╮
			│ remove?                                                                      │
			│ This loses: the files that shop-web wrote and its output.                    │
			│ $ tsbox rm shop-web                                                          │
			│ $ tsbox rm 'shop db'                                                         │
			│ y does it; n or Esc leaves all as it is                                      │
			│                                                                              │
			╰──────────────────────────────────────────────────────────────────────────────╯"
		`);
	});
	test('40 columns in ASCII', () => {
		expect(plain(confirm, 40, 9, 'C')).toMatchInlineSnapshot(`
			"+--------------------------------------+
			| remove?                              |
			| This loses: the files that shop-web  |
			| wrote and its output.                |
			| $ tsbox rm shop-web                  |
			| $ tsbox rm 'shop db'                 |
			| y does it; n or Esc leaves all as i~ |
			|                                      |
			+--------------------------------------+"
		`);
	});
	test('with too many commands, the answers are still visible', () => {
		const many: Sheet = {...confirm, commands: Array.from({length: 40}, (_, at) => ['rm', `c${at}`])};
		expect(plain(many, 60, 10)).toMatchInlineSnapshot(`
			"╭──────────────────────────────────────────────────────────╮
			│ remove?                                                  │
			│ This loses: the files that shop-web wrote and its        │
			│ output.                                                  │
			│ $ tsbox rm c0                                            │
			│ $ tsbox rm c1                                            │
			│ $ tsbox rm c2                                            │
			│ and 37 more                                              │
			│ y does it; n or Esc leaves all as it is                  │
			╰──────────────────────────────────────────────────────────╯"
		`);
	});
	test('with a long text of what is lost, the answers are still visible', () => {
		const long: Sheet = {...confirm, loses: 'all that was written '.repeat(60)};
		const drawn = plain(long, 40, 10);
		expect(drawn).toContain('Esc leaves');
		expect(drawn.split('\n')).toHaveLength(10);
	});
});

describe('a prompt has its text and its cursor', () => {
	test('80 columns', () => {
		expect(plain(typed, 80, 5)).toMatchInlineSnapshot(`
			"╭──────────────────────────────────────────────────────────────────────────────╮
			│ show what matches                                                            │
			│ > web !db                                                                    │
			│ words that must be there; !word must not                                     │
			╰──────────────────────────────────────────────────────────────────────────────╯"
		`);
		expect(draw(typed, sampleFrame(80, 5))).toContain('web\u001b[7m \u001b[27m!db');
	});
	test('40 columns in ASCII', () => {
		expect(plain(typed, 40, 5, 'C')).toMatchInlineSnapshot(`
			"+--------------------------------------+
			| show what matches                    |
			| > web !db                            |
			| words that must be there; !word mus~ |
			+--------------------------------------+"
		`);
	});
	test('a cursor is a space at the end, and covers both code units of a surrogate pair', () => {
		expect(draw({...typed, text: 'ab', at: 2}, sampleFrame(80, 5))).toContain('ab\u001b[7m \u001b[27m');
		expect(draw({...typed, text: 'a😀b', at: 1}, sampleFrame(80, 5))).toContain('a\u001b[7m😀\u001b[27mb');
	});
	test('a text that is too wide is visible around its cursor', () => {
		const long: Sheet = {...typed, text: `${'x'.repeat(100)}END`, at: 103};
		expect(plain(long, 40, 5)).toContain('END');
		expect(plain({...long, at: 0}, 40, 5)).toContain('> xxx');
	});
});

describe('a list has its cursor, and the text at the right of each choice', () => {
	test('80 columns', () => {
		expect(plain(choose, 80, 9)).toMatchInlineSnapshot(`
			"╭──────────────────────────────────────────────────────────────────────────────╮
			│ send a signal to shop-web                                                    │
			│ >    2 of 5                                                                  │
			│   TERM                                           tsbox kill -s TERM shop-web │
			│ ▶ KILL                                           tsbox kill -s KILL shop-web │
			│   INT                                             tsbox kill -s INT shop-web │
			│   HUP                                             tsbox kill -s HUP shop-web │
			│   QUIT                                           tsbox kill -s QUIT shop-web │
			╰──────────────────────────────────────────────────────────────────────────────╯"
		`);
	});
	test('40 columns in ASCII', () => {
		expect(plain(choose, 40, 6, 'C')).toMatchInlineSnapshot(`
			"+--------------------------------------+
			| send a signal to shop-web            |
			| >    2 of 5                          |
			|   TERM   tsbox kill -s TERM shop-web |
			| > KILL   tsbox kill -s KILL shop-web |
			+--------------------------------------+"
		`);
	});
	test('narrowed, and without matches', () => {
		expect(plain({...choose, text: 'I', cursor: 0}, 60, 9)).toMatchInlineSnapshot(`
			"╭──────────────────────────────────────────────────────────╮
			│ send a signal to shop-web                                │
			│ > I   1 of 3                                             │
			│ ▶ KILL                       tsbox kill -s KILL shop-web │
			│   INT                         tsbox kill -s INT shop-web │
			│   QUIT                       tsbox kill -s QUIT shop-web │
			│                                                          │
			│                                                          │
			╰──────────────────────────────────────────────────────────╯"
		`);
		expect(plain({...choose, text: 'zz', cursor: 0}, 60, 6)).toContain('nothing matches');
	});
	test('the cursor is always visible', () => {
		const many: Sheet = {...choose, choices: Array.from({length: 100}, (_, at) => ({label: `row ${at}.`, pick}))};
		for (let cursor = 0; cursor < 100; cursor += 9)
			expect(plain({...many, cursor}, 60, 9)).toContain(`▶ row ${cursor}.`);
		expect(plain({...many, cursor: 999}, 60, 9)).toContain('▶ row 99.');
	});
});

describe('a text starts at its scroll position', () => {
	const text: Sheet = {
		kind: 'text',
		title: 'lines',
		lines: () => Array.from({length: 20}, (_, at) => [{text: `line ${at}`, tone: 'plain' as const}]),
		top: 0,
	};
	test('80 columns', () => {
		expect(plain({...text, top: 4}, 80, 7)).toMatchInlineSnapshot(`
			"╭──────────────────────────────────────────────────────────────────────────────╮
			│ lines                                                                        │
			│ line 4                                                                       │
			│ line 5                                                                       │
			│ line 6                                                                       │
			│ line 7                                                                       │
			╰──────────────────────────────────────────────────────────────────────────────╯"
		`);
	});
	test('40 columns in ASCII, past the end', () => {
		expect(plain({...text, top: 400}, 40, 7, 'C')).toMatchInlineSnapshot(`
			"+--------------------------------------+
			| lines                                |
			| line 16                              |
			| line 17                              |
			| line 18                              |
			| line 19                              |
			+--------------------------------------+"
		`);
	});
	test('the help', () => {
		expect(plain(helpSheet(keyTable), 80, 24)).toMatchInlineSnapshot(`
			"╭──────────────────────────────────────────────────────────────────────────────╮
			│ keys (Esc leaves)                                                            │
			│ Everywhere                                                                   │
			│   q, ctrl-c       leave; all containers go on                                │
			│   ?, f1           show all keys                                              │
			│   :, ctrl-p       find an action or a container by its name                  │
			│   tab             go to the other pane                                       │
			│   z               give the pane the whole screen, and back                   │
			│   ]               show the next tab                                          │
			│   [               show the tab before                                        │
			│   ctrl-l          show the commands that were run, and what they said        │
			│   m               turn the mouse on or off; off, the terminal selects text   │
			│   ctrl-r          draw the screen anew                                       │
			│   ctrl-z          go to the shell; fg comes back                             │
			│   1 ... 9         show a tab: logs, plan, stats, processes, mounts, network… │
			│                                                                              │
			│ In the overview                                                              │
			│   up, k           the row above                                              │
			│   down, j         the row below                                              │
			│   pageup          a page up                                                  │
			│   pagedown        a page down                                                │
			│   home, g         the first row                                              │
			│   end, G          the last row                                               │
			╰──────────────────────────────────────────────────────────────────────────────╯"
		`);
	});
});

test('every sheet fits its frame in width and height', () => {
	const hostile: Sheet = {
		...confirm,
		title: '\u001b[2J日本語',
		loses: '\u001b[2J\n日本語',
		commands: [['rm', '日\u001b本']],
	};
	for (const sheet of [confirm, typed, choose, helpSheet(keyTable), hostile])
		for (const locale of ['C.UTF-8', 'C'])
			for (const columns of [40, 80, 120])
				for (const rows of [4, 6, 10, 20]) {
					const frame = sampleFrame(columns, rows, locale);
					const lines = stripVTControlCharacters(draw(sheet, frame)).split('\n');
					expect(lines).toHaveLength(rows);
					for (const line of lines) expect(frame.width(line)).toBeLessThanOrEqual(columns);
					const isPlain = locale === 'C' && sheet !== hostile;
					expect(isPlain ? lines.join('') : '').toMatch(/^[\x20-\x7e]*$/);
				}
});

test('a frame that is too low has no border', () => {
	expect(plain(confirm, 60, 3)).toMatchInlineSnapshot(`
		"remove?
		y does it; n or Esc leaves all as it is"
	`);
});

test('the border of a confirmation has its own color, and no color in the theme none', () => {
	const [question, list] = [confirm, choose].map(sheet => draw(sheet, sampleFrame(40, 8), 'dark'));
	expect(question).toMatch(/^\u001b\[33m╭/);
	expect(list).toMatch(/^\u001b\[36m╭/);
	expect(draw(confirm, sampleFrame(40, 8))).toMatch(/^╭/);
});
