import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {dashColumns} from '../../../spec/config/dash-words.ts';
import {lineWidth} from '../../draw/fit.ts';
import type {Frame, Line} from '../../draw/line.ts';
import {plainText, sampleFrame} from '../../../../test/support/sample-frame.ts';
import {columns} from './columns.ts';
import {currentRows, factsOf, listView, type Model} from './model.ts';
import {columnAt, fitColumns, overviewLines} from './overview.ts';
import {sampleContainer, sampleModel, sampleUse} from '../../../../test/support/sample-dash.ts';

function draw(model: Model, frame: Frame, more: {readonly isFocused?: boolean} = {}): readonly Line[] {
	const rows = currentRows(model);
	return overviewLines(
		{
			rows,
			facts: factsOf(model),
			view: listView(model),
			cursor: model.cursor,
			marked: model.marked,
			columns: model.settings.columns,
			top: model.top,
			isFocused: more.isFocused ?? true,
		},
		frame,
	);
}

const textOf = (line: Line): string => line.map(({text}) => text).join('');

test('80 columns show the most important columns', () => {
	expect(plainText(draw(sampleModel(), sampleFrame(80)))).toMatchInlineSnapshot(`
		"  NAME ▲         STATE        HEALTH       CPU % MEM / LIMIT         UPTIME
		▶ ▾ shop  2 of 5 running  ✘ 1 unhealthy  /srv/shop.yaml
		    shop-db      ● running    ✘ unhealthy   95.0 ██████ 95M/100M     2 hours
		    shop-job     ○ exited 0   -                - -                   -
		    shop-mail    ✘ exited 137 -                - -                   -
		    shop-web     ● running    ✔ healthy     12.5 ███░░░ 50M/100M     5 minutes
		    cache  ✘ is not there: it did not start, or is not started yet
		  demo           ‖ paused     -                - 1M                  5 minutes"
	`);
});

test('120 columns show more', () => {
	expect(plainText(draw(sampleModel({marked: new Set(['c:shop-web'])}), sampleFrame(120)))).toMatchInlineSnapshot(`
		"  NAME ▲         STATE        HEALTH      RESTARTS  CPU % MEM / LIMIT                 PIDS NET RX/TX /s    UPTIME
		▶ ▾ shop  2 of 5 running  ✘ 1 unhealthy  /srv/shop.yaml
		    shop-db      ● running    ✘ unhealthy        2   95.0 ██████ 95M/100M               17 0/0             2 hours
		    shop-job     ○ exited 0   -                  0      - -                              - -               -
		    shop-mail    ✘ exited 137 -                  0      - -                              - -               -
		 ✚  shop-web     ● running    ✔ healthy          0   12.5 ███░░░ 50M/100M                3 2K/1.4M         5 minutes
		    cache  ✘ is not there: it did not start, or is not started yet
		  demo           ‖ paused     -                  -      - 1M                             1 0/0             5 minutes"
	`);
});

test('200 columns show all columns, and the sort order', () => {
	const model = sampleModel();
	model.settings = {...model.settings, columns: [...dashColumns], sort: {column: 'cpu', descending: true}};
	expect(plainText(draw(model, sampleFrame(200)))).toMatchInlineSnapshot(`
		"  NAME           STATE        HEALTH      RESTARTS CPU %▼ MEM / LIMIT                 PIDS NET RX/TX /s    BLOCK R/W /s    UPTIME     PORTS                    IMAGE                   COMMAND
		▶ ▾ shop  2 of 5 running  ✘ 1 unhealthy  /srv/shop.yaml
		    shop-db      ● running    ✘ unhealthy        2   95.0 ██████ 95M/100M               17 0/0             4K/0            2 hours    -                        postgres.tar            sleep infinity
		    shop-web     ● running    ✔ healthy          0   12.5 ███░░░ 50M/100M                3 2K/1.4M         0/0             5 minutes  80/tcp 443/tcp           alpine.tar.gz           nginx -g daemon…
		    shop-job     ○ exited 0   -                  0      - -                              - -               -               -          -                        alpine.tar.gz           sleep infinity
		    shop-mail    ✘ exited 137 -                  0      - -                              - -               -               -          -                        alpine.tar.gz           sleep infinity
		    cache  ✘ is not there: it did not start, or is not started yet
		  demo           ‖ paused     -                  -      - 1M                             1 0/0             0/0             5 minutes  -                        alpine.tar.gz           sleep infinity"
	`);
});

test('without Unicode, all lines are ASCII', () => {
	const model = sampleModel({marked: new Set(['c:shop-web', 'c:demo'])});
	model.settings = {...model.settings, folded: ['other'], columns: [...dashColumns]};
	model.projects = [...model.projects, {name: 'other', spec: null, services: ['a']}];
	for (const columns of [40, 80, 120, 200])
		for (const line of draw(model, sampleFrame(columns, 24, 'C'))) expect(textOf(line)).toMatch(/^[\x20-\x7e]*$/);
	expect(plainText(draw(model, sampleFrame(80, 24, 'C')))).toMatchInlineSnapshot(`
		"  NAME ^         STATE        HEALTH       CPU % MEM / LIMIT         UPTIME
		> + other  0 of 1 running
		  - shop  2 of 5 running  x 1 unhealthy  /srv/shop.yaml
		    shop-db      * running    x unhealthy   95.0 ###### 95M/100M     2 hours
		    shop-job     o exited 0   -                - -                   -
		    shop-mail    x exited 137 -                - -                   -
		 +  shop-web     * running    + healthy     12.5 ###--- 50M/100M     5 minutes
		    cache  x is not there: it did not start, or is not started yet
		 +demo           = paused     -                - 1M                  5 minutes"
	`);
});

test('names with wide and combining characters keep the columns aligned', () => {
	const names = ['日本語の箱', 'e\u0301te\u0301', '👩‍👩‍👧', 'plain', '日本語日本語日本語日本語日本語日本語'];
	const model = sampleModel({containers: names.map(name => sampleContainer(name)), projects: [], samples: new Map()});
	const frame = sampleFrame(80);
	const [, ...lines] = draw(model, frame, {isFocused: false});
	expect(plainText(lines)).toMatchInlineSnapshot(`
		"▶ été                                  ● running         - -
		  plain                                ● running         - -
		  日本語の箱                           ● running         - -
		  日本語日本語日本語日本語日本語日本語 ● running         - -
		  👩\\u{200d}👩\\u{200d}👧               ● running         - -"
	`);
	const before = lines.map(line => {
		const text = textOf(line);
		return frame.width(text.slice(0, text.indexOf('running')));
	});
	expect(new Set(before).size).toBe(1);
});

test('control characters in names are escaped', () => {
	const name = '\u001b[2J\u0007\n\u202e';
	const model = sampleModel({
		containers: [sampleContainer(name, {image: name, command: [name], project: name, service: name})],
		projects: [{name, spec: name, services: [name, `${name}2`]}],
		ports: new Map([[name, name]]),
		filter: '',
	});
	model.settings = {...model.settings, columns: [...dashColumns]};
	for (const line of draw(model, sampleFrame(200))) expect(textOf(line)).not.toMatch(/[\u0000-\u001f\u202e]/);
	model.filter = `${name}3`;
	for (const line of draw(model, sampleFrame(200))) expect(textOf(line)).not.toMatch(/[\u0000-\u001f\u202e]/);
});

test('every line is as wide as the frame, for any width, columns, and names', () => {
	fc.assert(
		fc.property(
			fc.integer({min: 20, max: 300}),
			fc.subarray([...dashColumns], {minLength: 1}),
			fc.array(fc.string({unit: 'grapheme', minLength: 1, maxLength: 30}), {maxLength: 5}),
			fc.boolean(),
			(columns, wanted, names, grouped) => {
				const model = sampleModel();
				model.containers = [...model.containers, ...names.map(name => sampleContainer(name))];
				model.settings = {...model.settings, columns: wanted, grouped};
				const frame = sampleFrame(columns, 20);
				for (const line of draw(model, frame)) expect(lineWidth(line, frame.width)).toBe(columns);
			},
		),
		{numRuns: 60},
	);
});

test('a column is found under its whole title, and none between two columns', () => {
	for (const width of [20, 40, 80, 120, 200]) {
		const frame = sampleFrame(width);
		const overview = {columns: [...dashColumns], rows: []};
		const model = sampleModel();
		model.settings = {...model.settings, columns: overview.columns};
		const header = textOf(draw(model, frame)[0] ?? []);
		for (const [column] of fitColumns(overview.columns, width - 2, 14)) {
			const title = column.name === 'name' ? 'NAME ▲' : column.title;
			const at = header.indexOf(title);
			expect(at).toBeGreaterThanOrEqual(2);
			expect(columnAt(overview, at, frame)).toBe(column.name);
			expect(columnAt(overview, at + title.length - 1, frame)).toBe(column.name);
		}
		expect(columnAt(overview, 0, frame)).toBeUndefined();
		expect(columnAt(overview, 1, frame)).toBeUndefined();
	}
	const [first] = fitColumns([...dashColumns], 78, 14);
	expect(columnAt({columns: [...dashColumns], rows: []}, 2 + (first?.[1] ?? 0), sampleFrame(80))).toBeUndefined();
});

test('the sorted column shows its direction, even if its title fills the column', () => {
	for (const [locale, up, down] of [
		['C.UTF-8', '▲', '▼'],
		['C', '^', 'v'],
	] as const)
		for (const {name} of columns)
			for (const descending of [false, true]) {
				const model = sampleModel();
				model.settings = {...model.settings, columns: ['name', name], sort: {column: name, descending}};
				const [header = []] = draw(model, sampleFrame(80, 24, locale));
				expect(header.filter(({tone}) => tone === 'accent').map(({text}) => text.trimEnd().at(-1))[0]).toBe(
					descending ? down : up,
				);
			}
});

test('the name is the last column to be removed, regardless of its position', () => {
	expect(fitColumns(['state', 'cpu', 'name'], 18, 14).map(([{name}]) => name)).toEqual(['name']);
	expect(fitColumns(['state', 'name'], 30, 14).map(([{name}]) => name)).toEqual(['state', 'name']);
});

test('the remaining width goes to columns that can grow', () => {
	expect(fitColumns(['name', 'state', 'image'], 80, 20).map(([{name}, width]) => [name, width])).toEqual([
		['name', 20],
		['state', 12],
		['image', 45],
	]);
});

test('an empty overview says why: no containers, nothing running, or no match', () => {
	const empty = sampleModel({containers: [], projects: []});
	expect(plainText(draw(empty, sampleFrame(80)).slice(1))).toContain('there are no containers');
	empty.filter = 'x';
	expect(plainText(draw(empty, sampleFrame(80)).slice(1))).toBe('  nothing matches x');
	const over = sampleModel({containers: [sampleContainer('old', {state: 'exited', exitCode: 0})], projects: []});
	over.settings = {...over.settings, ended: false};
	expect(plainText(draw(over, sampleFrame(80)).slice(1))).toContain('a shows what has ended');
});

test('tones highlight high CPU usage, memory near its limit, and restarts', () => {
	const tones = (use: Parameters<typeof sampleUse>[0]): readonly string[] => {
		const model = sampleModel({
			containers: [sampleContainer('a', {restarts: 1})],
			projects: [],
			samples: new Map([['a', sampleUse(use)]]),
		});
		model.settings = {...model.settings, columns: ['name', 'restarts', 'cpu', 'memory']};
		const [, line = []] = draw(model, sampleFrame(120), {isFocused: false});
		return line
			.slice(1)
			.filter(({text}) => text.trim() !== '')
			.map(({tone}) => tone);
	};
	expect(tones({cpuPercent: 79.9, memoryUsed: 70, memoryLimit: 100})).toEqual(['strong', 'warning', 'plain', 'plain']);
	expect(tones({cpuPercent: 80, memoryUsed: 80, memoryLimit: 100})).toEqual([
		'strong',
		'warning',
		'warning',
		'warning',
	]);
	expect(tones({cpuPercent: 400, memoryUsed: 120, memoryLimit: 100})[3]).toBe('failed');
	expect(tones({memoryUsed: 0, memoryLimit: 0})[3]).toBeDefined();
});
