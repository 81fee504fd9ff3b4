import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {lineWidth} from '../../draw/fit.ts';
import type {Line} from '../../draw/line.ts';
import {plainText} from '../../../../test/support/sample-frame.ts';
import {helpSheet} from '../sheets.ts';
import {keyTable} from './keys.ts';
import {currentRows, type Model, type RunCommand} from './model.ts';
import {sampleContainer, sampleDetail, sampleLook, sampleModel} from '../../../../test/support/sample-dash.ts';
import {placesOf, type Screen, paintScreen, screenOf, tabPlaces} from './screen.ts';
import {prompt, type Sheet} from './sheet.ts';

const draw = (model: Model, look = sampleLook()): Screen => screenOf(model, sampleDetail, look);

/** A screen as text without trailing spaces. */
function textOf(screen: Screen): string {
	return paintScreen(screen, 'none', false)
		.replaceAll(/\u001b\[\d+m/g, '')
		.split('\n')
		.map(row => row.trimEnd())
		.join('\n');
}

function allLines({header, list, tabs, detail, commands, footer}: Screen): readonly (readonly Line[])[] {
	return [header, list, tabs, detail, commands, footer];
}

const ran = (words: string, status: number | undefined, output = ''): RunCommand => ({
	words: words.split(' '),
	at: 0,
	status,
	output,
});

test('at 100 columns, the overview is above the detail', () => {
	expect(textOf(draw(sampleModel(), sampleLook(100, 24)))).toMatchInlineSnapshot(`
		" tsbox  1 project, 5 containers, 3 running  1 unhealthy  1 failed  cpu 108 %, memory 146 MiB
		  NAME ▲         STATE        HEALTH       CPU % MEM / LIMIT             NET RX/TX /s    UPTIME
		▶ ▾ shop  2 of 5 running  ✘ 1 unhealthy  /srv/shop.yaml
		    shop-db      ● running    ✘ unhealthy   95.0 ██████ 95M/100M         0/0             2 hours
		    shop-job     ○ exited 0   -                - -                       -               -
		    shop-mail    ✘ exited 137 -                - -                       -               -
		    shop-web     ● running    ✔ healthy     12.5 ███░░░ 50M/100M         2K/1.4M         5 minutes
		    cache  ✘ is not there: it did not start, or is not started yet
		  demo           ‖ paused     -                - 1M                      0/0             5 minutes
		 1 logs 2 plan 3 stats 4 processes 5 mounts 6 network 7 config 8 events 9 drift │ 1-2 of 80
		 detail of 99x13
		 second line











		 q quit  ? help  space mark  / filter  o sort  a all  s stop  S start  r restart  e shell"
	`);
});

test('at 200 columns, the detail is beside the overview, with a line between them', () => {
	const rows = textOf(draw(sampleModel(), sampleLook(200, 24))).split('\n');
	expect(rows).toHaveLength(24);
	expect(rows.slice(1, -1).map(row => row[96])).toEqual(Array(22).fill('│'));
	expect(rows[1]?.slice(97)).toContain('1 logs 2 plan');
});

test('the header counts containers, problems, and marks, and shows the filter', () => {
	const header = (model: Model): string => plainText(draw(model).header);
	expect(header(sampleModel())).toMatchInlineSnapshot(
		`" tsbox  1 project, 5 containers, 3 running  1 unhealthy  1 failed  cpu 108 %, memory 146 MiB"`,
	);
	expect(header(sampleModel({marked: new Set(['c:demo']), filter: 'de\u001bmo', samples: new Map()}))).toContain(
		'1 marked  filter: de\\x1bmo',
	);
	expect(header(sampleModel({containers: [], projects: [], samples: new Map()}))).toBe(
		' tsbox  0 projects, 0 containers, 0 running',
	);
});

test('before the first list, the overview says that it looks for containers', () => {
	expect(plainText(draw(sampleModel({isLoaded: false, containers: [], projects: []})).list)).toContain(
		'looking for containers',
	);
});

test('the tab bar has its names where clicks expect them, and the status of the tab', () => {
	const [line = []] = draw(sampleModel()).tabs;
	const text = line.map(span => span.text).join('');
	for (const [index, {tab, at, width}] of tabPlaces(100).entries())
		expect(text.slice(at, at + width)).toBe(`${index + 1} ${tab}`);
	expect(text).toContain('│ 1-2 of 80');
	expect(line.find(span => span.tone === 'title')?.text).toBe('1 logs');
	const focused = draw(sampleModel({focus: 'detail'})).tabs[0] ?? [];
	expect(focused.find(span => span.tone === 'cursor')?.text).toBe('1 logs');
});

test('the command log shows each command with its status and output', () => {
	const commands = [
		ran('stop shop-web', 0, 'shop-web\n'),
		ran('start it', 1, 'oh\u001b[2J\nno\n'),
		ran('rm x', undefined),
	];
	const {commands: lines} = draw(sampleModel({commands, showsCommands: true}));
	expect(plainText(lines)).toMatchInlineSnapshot(`
		"────────────────────────────────────────────────────────────────────────────────────────────────────
		 ✔ $ tsbox stop shop-web
		     shop-web
		 ✘ $ tsbox start it  exit 1
		     oh\\x1b[2J
		     no
		 · $ tsbox rm x"
	`);
	expect(plainText(draw(sampleModel({showsCommands: true})).commands)).toContain('the command that does it');
	const many = Array.from({length: 50}, (_, at) => ran(`stop c${at}`, 0));
	expect(plainText(draw(sampleModel({commands: many, showsCommands: true})).commands)).toContain('$ tsbox stop c49');
});

describe('the footer', () => {
	test('has no partial hints at any width', () => {
		for (let columns = 20; columns <= 200; columns++)
			for (const focus of ['list', 'detail'] as const) {
				const text = plainText(draw(sampleModel({focus}), sampleLook(columns)).footer);
				expect(text).not.toMatch(/[…~]/);
				const hints = text.trim() === '' ? [] : text.trim().split('  ');
				const known = keyTable.flatMap(row => ('short' in row ? [`${row.keys[0]} ${row.short}`] : []));
				expect(hints.filter(hint => !known.includes(hint))).toEqual([]);
			}
	});

	test('has the keys of the focused pane', () => {
		expect(plainText(draw(sampleModel()).footer)).toContain('s stop');
		const logs = plainText(draw(sampleModel({focus: 'detail'})).footer);
		expect(logs).toContain('f follow');
		expect(logs).toContain('esc back');
		expect(logs).not.toContain('s stop');
	});

	test('omits keys that have another meaning in this place', () => {
		const keys = keyTable.map(row => (row.name === 'stop' ? {...row, keys: ['q']} : row));
		const text = plainText(draw(sampleModel(), {...sampleLook(200), keys}).footer);
		expect(text).toContain('q stop');
		expect(text).toContain('ctrl-c quit');
	});

	test('shows a message instead of the hints, or the keys of a sheet', () => {
		const notice = {text: 'no \u001b such', isError: true};
		expect(plainText(draw(sampleModel({notice})).footer)).toBe(' ✘ no \\x1b such');
		expect(plainText(draw(sampleModel({notice: {text: 'done', isError: false}})).footer)).toBe(' ✔ done');
		const sheet = prompt('x', '', () => {});
		expect(plainText(draw(sampleModel({sheet})).footer)).toBe(' enter takes it  esc leaves all as it was');
		const confirm: Sheet = {kind: 'confirm', title: '', loses: '', commands: [], yes: () => {}};
		expect(plainText(draw(sampleModel({sheet: confirm})).footer)).toBe(' y yes  n no');
	});
});

test('the active places are the overview, or the tab before the detail', () => {
	expect(placesOf(sampleModel(), 'logs')).toEqual(['list', 'anywhere']);
	expect(placesOf(sampleModel({focus: 'detail'}), 'plan')).toEqual(['plan', 'detail', 'anywhere']);
});

describe('the cursor', () => {
	const many = (count: number, from = 0) =>
		Array.from({length: count}, (_, at) => sampleContainer(`c${String(at + from).padStart(3, '0')}`));
	const inSight = (model: Model): boolean => {
		const {list} = draw(model);
		const name = model.cursor?.slice(2) ?? '';
		return plainText(list).includes(`▶ ${name}`);
	};

	test('stays visible when rows appear and disappear above it', () => {
		const model = sampleModel({containers: many(100, 50), projects: [], cursor: 'c:c120'});
		expect(inSight(model)).toBe(true);
		model.containers = many(150);
		expect(inSight(model)).toBe(true);
		model.containers = many(40, 100);
		expect(inSight(model)).toBe(true);
		expect(model.cursor).toBe('c:c120');
		model.containers = many(1, 120);
		expect(inSight(model)).toBe(true);
		expect(model.top).toBe(0);
	});

	test('moves to the next row when its row disappears, or to the last row at the end', () => {
		const model = sampleModel({containers: many(5), projects: [], cursor: 'c:c002'});
		draw(model);
		model.containers = model.containers.filter(({name}) => name !== 'c002');
		draw(model);
		expect(model.cursor).toBe('c:c003');
		model.containers = many(2);
		draw(model);
		expect(model.cursor).toBe('c:c001');
	});

	test('stays when a filter temporarily matches nothing', () => {
		const model = sampleModel({cursor: 'c:shop-web'});
		draw(model);
		model.filter = 'zzz';
		expect(currentRows(model)).toEqual([]);
		draw(model);
		model.filter = '';
		draw(model);
		expect(model.cursor).toBe('c:shop-web');
	});

	test('a hidden overview keeps its scroll position', () => {
		const model = sampleModel({containers: many(100), projects: [], cursor: 'c:c050', top: 45});
		draw(model);
		model.zoom = 'detail';
		draw(model);
		expect(model.top).toBe(45);
	});
});

test('each part fills its area at any size', () => {
	const sheets: readonly (Sheet | undefined)[] = [
		undefined,
		helpSheet(keyTable),
		prompt('x', 'y', () => {}, {note: 'z'}),
		{kind: 'choose', title: '', text: '', choices: [], cursor: 0},
		{kind: 'confirm', title: '', loses: 'x'.repeat(300), commands: [['stop', 'a']], yes: () => {}},
	];
	fc.assert(
		fc.property(
			fc.integer({min: 20, max: 300}),
			fc.integer({min: 5, max: 100}),
			fc.constantFrom('both', 'list', 'detail'),
			fc.constantFrom('list', 'detail'),
			fc.constantFrom(...sheets),
			fc.boolean(),
			(columns, rows, zoom, focus, sheet, showsCommands) => {
				const look = sampleLook(columns, rows);
				const commands = [ran('stop 日本語', 1, '日本語\n'.repeat(20))];
				const screen = draw(sampleModel({zoom, focus, sheet, showsCommands, commands, marked: new Set(['x'])}), look);
				const {layout} = screen;
				const areas = [layout.header, layout.list, layout.tabs, layout.detail, layout.commands, layout.footer];
				for (const [at, lines] of allLines(screen).entries()) {
					expect(lines).toHaveLength(areas[at]?.rows ?? -1);
					for (const line of lines) expect(lineWidth(line, look.width)).toBe(areas[at]?.columns);
				}
				expect(paintScreen(screen, 'none', false).split('\n')).toHaveLength(rows);
			},
		),
		{numRuns: 100},
	);
});

test('the scroll position of a text is limited to its end', () => {
	const model = sampleModel({sheet: {...helpSheet(keyTable), top: 9999} as Sheet});
	const {layout} = draw(model);
	const {sheet} = model;
	if (sheet?.kind !== 'text') throw new Error('the sheet is gone');
	const lines = sheet.lines({...sampleLook(), columns: 96, rows: layout.sheet.rows - 3});
	expect(sheet.top).toBe(lines.length - (layout.sheet.rows - 3));
});
