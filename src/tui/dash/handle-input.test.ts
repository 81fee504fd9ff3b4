import {describe, expect, test} from 'vitest';
import {dashColumns} from '../../spec/config/dash-words.ts';
import {handleInput} from './handle-input.ts';
import {keyTable} from './model/keys.ts';
import {knownKeys} from './model/known-keys.ts';
import {currentRows} from './model/model.ts';
import {sampleModel} from '../../../test/support/sample-dash.ts';
import {dashboardAfter, sampleDashboard, sampleKey} from '../../../test/support/fake-dashboard.ts';
import {firstSettings} from './model/settings.ts';
import {tabNames} from './model/tabs.ts';

const settingsAfter = (...keys: readonly string[]) => dashboardAfter('c:shop-web', ...keys).record.settings.at(-1);

describe('every key of the table has an effect', () => {
	test.each(keyTable.map(({name, place, keys}) => [name, place, keys] as const))('%s in %s', (_, place, keys) => {
		for (const one of keys) {
			const model = sampleModel({cursor: 'c:shop-web', filter: 'shop'});
			const tab = tabNames.find(name => name === place);
			model.focus = place === 'list' || place === 'anywhere' ? 'list' : 'detail';
			model.settings = {...model.settings, tab: tab ?? 'logs'};
			// Each key needs room to move in its direction.
			model.cursor = ['up', 'k', 'pageup', 'home', 'g'].includes(one) ? 'c:shop-web' : 'c:shop-db';
			const {dashboard, record} = sampleDashboard(model);
			const state = (): string =>
				JSON.stringify([
					{...model, marked: [...model.marked]},
					{...record, shown: []},
				]);
			currentRows(model);
			const before = state();
			handleInput(dashboard, sampleKey(one));
			expect(state()).not.toBe(before);
		}
	});

	test('unbound keys do nothing', () => {
		for (const name of ['F', 'ctrl-x', 'f9', 'alt-s', '\u00e9', 'backspace']) {
			const {record, model} = dashboardAfter('c:shop-web', name);
			expect({...record, shown: []}).toEqual({
				ran: [],
				lent: [],
				written: [],
				done: [],
				settings: [],
				shown: [],
				detail: [],
			});
			expect(model.sheet).toBeUndefined();
		}
	});
});

describe('the cursor of the overview', () => {
	test.each([
		[['down'], 'c:shop-db'],
		[['j', 'j'], 'c:shop-job'],
		[['j', 'k', 'up'], 'p:shop'],
		[['G'], 'c:demo'],
		[['end', 'home'], 'p:shop'],
		[['end', 'down'], 'c:demo'],
		[['pagedown'], 'c:demo'],
		[['pagedown', 'pageup'], 'p:shop'],
	])('%j moves to %s', (keys, cursor) => {
		expect(dashboardAfter('p:shop', ...keys).model.cursor).toBe(cursor);
	});

	test('the detail follows the cursor', () => {
		expect(dashboardAfter('p:shop', 'down').record.shown.at(-1)).toEqual([['shop-db'], 'logs']);
		expect(dashboardAfter('p:shop', 'up').record.shown.at(-1)).toEqual([
			['shop-web', 'shop-db', 'shop-job', 'shop-mail'],
			'logs',
		]);
		expect(dashboardAfter('s:shop/cache', 'x').record.shown.at(-1)).toEqual([[], 'logs']);
	});

	test('left folds the project and selects its header, and left or enter unfolds it', () => {
		const {model} = dashboardAfter('c:shop-db', 'left');
		expect([model.cursor, model.settings.folded]).toEqual(['p:shop', ['shop']]);
		expect(dashboardAfter('c:shop-db', 'left', 'left').model.settings.folded).toEqual([]);
		expect(dashboardAfter('c:shop-db', 'left', 'enter').model).toMatchObject({settings: {folded: []}, focus: 'list'});
		expect(dashboardAfter('c:demo', 'left').record.settings).toEqual([]);
	});
});

describe('marks', () => {
	test('space marks a row and moves on, and a second space removes the mark', () => {
		const {model, record} = dashboardAfter('c:shop-db', 'space', 'space');
		expect([...model.marked]).toEqual(['c:shop-db', 'c:shop-job']);
		expect(record.shown.at(-1)).toEqual([['shop-db', 'shop-job'], 'logs']);
		expect([...dashboardAfter('c:shop-db', 'space', 'up', 'space').model.marked]).toEqual([]);
	});

	test('space on a project marks all its containers', () => {
		expect([...dashboardAfter('p:shop', 'space').model.marked].toSorted()).toEqual([
			'c:shop-db',
			'c:shop-job',
			'c:shop-mail',
			'c:shop-web',
		]);
	});

	test('actions apply to marked rows that a filter hides', () => {
		const {dashboard, record} = sampleDashboard(sampleModel({cursor: 'c:shop-web'}));
		for (const key of ['space', '/', 'd', 'e', 'm', 'o', 'enter', 'P']) handleInput(dashboard, sampleKey(key));
		expect(record.ran).toEqual([['pause', 'shop-web']]);
	});

	test('* marks all rows, or removes all marks', () => {
		expect(dashboardAfter('p:shop', '*').model.marked.size).toBe(6);
		expect(dashboardAfter('p:shop', '*', '*').model.marked.size).toBe(0);
	});

	test('esc removes the marks, then the filter', () => {
		const {dashboard, model} = dashboardAfter('c:shop-web', '/', 'w', 'enter', 'space');
		expect([model.marked.size, model.filter]).toEqual([1, 'w']);
		handleInput(dashboard, sampleKey('esc'));
		expect([model.marked.size, model.filter]).toEqual([0, 'w']);
		handleInput(dashboard, sampleKey('esc'));
		expect(model.filter).toBe('');
	});
});

describe('the view', () => {
	test('typing changes the filter, and Esc restores it', () => {
		const {dashboard, model} = dashboardAfter('c:shop-web', '/', 'd', 'e', 'm');
		expect([model.filter, model.cursor]).toEqual(['dem', 'c:demo']);
		handleInput(dashboard, sampleKey('esc'));
		expect([model.filter, model.sheet]).toEqual(['', undefined]);
		expect(dashboardAfter('c:shop-web', '/', 'd', 'enter').model.filter).toBe('d');
		expect(dashboardAfter('c:shop-web', '/', 'q').record.done).toEqual([]);
	});

	test.each([
		[['O'], {sort: {column: 'name', descending: true}}],
		[['o', 'c', 'p', 'u', 'enter'], {sort: {column: 'cpu', descending: true}}],
		[['o', 'h', 'e', 'a', 'enter'], {sort: {column: 'health', descending: false}}],
		[['p'], {grouped: false}],
		[['a'], {ended: false}],
		[['a', 'a'], {ended: true}],
		[['m'], {mouse: false}],
		[[']'], {tab: 'plan'}],
		[['['], {tab: 'drift'}],
		[['['], {tab: 'drift'}],
		[['3'], {tab: 'stats'}],
		[['9', ']'], {tab: 'logs'}],
	])('%j stores only its own change', (keys, change) => {
		expect(settingsAfter(...keys)).toEqual(change);
	});

	test('the list of columns toggles columns in standard order, stays open, and keeps the name', () => {
		const on = dashboardAfter('c:shop-web', 'C', 'i', 'm', 'a', 'enter');
		expect(on.model.settings.columns).toEqual([...firstSettings.columns, 'image']);
		expect(on.model.sheet).toMatchObject({kind: 'choose', cursor: dashColumns.indexOf('image')});
		expect(dashboardAfter('c:shop-web', 'C', 'down', 'enter', 'enter').model.settings.columns).toEqual(
			firstSettings.columns,
		);
		expect(dashboardAfter('c:shop-web', 'C', 'down', 'enter').model.settings.columns).not.toContain('state');
		const name = dashboardAfter('c:shop-web', 'C', 'enter');
		expect(name.record.settings).toEqual([]);
		expect(name.model.notice).toEqual({text: 'the name is always shown', isError: true});
	});

	test('tab switches panes, z zooms the pane, and tab in a zoomed pane shows the other one', () => {
		expect(dashboardAfter('c:demo', 'tab').model).toMatchObject({focus: 'detail', zoom: 'both'});
		expect(dashboardAfter('c:demo', 'tab', 'tab').model.focus).toBe('list');
		expect(dashboardAfter('c:demo', 'z').model.zoom).toBe('list');
		expect(dashboardAfter('c:demo', 'z', 'z').model.zoom).toBe('both');
		expect(dashboardAfter('c:demo', 'z', 'tab').model).toMatchObject({focus: 'detail', zoom: 'detail'});
		expect(dashboardAfter('c:demo', 'z', 'enter').model).toMatchObject({focus: 'detail', zoom: 'detail'});
		expect(dashboardAfter('c:demo', 'tab', 'z', 'esc').model).toMatchObject({focus: 'list', zoom: 'both'});
		expect(dashboardAfter('c:demo', 'z', '2').model).toMatchObject({zoom: 'both', settings: {tab: 'plan'}});
	});

	test('the keys for the command log, redraw, suspend, mouse, and quit', () => {
		expect(dashboardAfter('c:demo', 'ctrl-l').model.showsCommands).toBe(true);
		expect(dashboardAfter('c:demo', 'ctrl-l', 'ctrl-l').model.showsCommands).toBe(false);
		expect(dashboardAfter('c:demo', 'ctrl-r', 'ctrl-z', 'm', 'm', 'q').record.done).toEqual([
			'repaint',
			'suspend',
			'mouse off',
			'mouse on',
			'leave',
		]);
		expect(dashboardAfter('c:demo', 'ctrl-c').record.done).toEqual(['leave']);
	});
});

describe('the detail', () => {
	test('has its own keys: moves, keys of the tab, and back', () => {
		const {record, model} = dashboardAfter('c:demo', 'enter', 'j', 'pagedown', 'G', 'f', 'w', 'left', 'esc');
		expect(record.detail).toEqual([1, 'page-down', 'last', 'follow', 'wrap', 'sideways-left']);
		expect(model.focus).toBe('list');
	});

	test('copies to the clipboard of the terminal', () => {
		const {record, model} = dashboardAfter('c:demo', 'tab', 'y');
		expect(record.written).toEqual([`\u001b]52;c;${Buffer.from('text').toString('base64')}\u0007`]);
		expect(model.notice?.text).toContain('copied text');
		const nothing = sampleDashboard(sampleModel({focus: 'detail'}), {copied: ''});
		handleInput(nothing.dashboard, sampleKey('y'));
		expect([nothing.record.written, nothing.dashboard.model.notice]).toEqual([
			[],
			{text: 'there is nothing to copy', isError: true},
		]);
		const lines = sampleDashboard(sampleModel({focus: 'detail'}), {copied: 'a\nb'});
		handleInput(lines.dashboard, sampleKey('y'));
		expect(lines.dashboard.model.notice?.text).toContain('copied 2 lines');
	});
});

describe('sheets', () => {
	test('the help opens and closes', () => {
		expect(dashboardAfter('c:demo', '?').model.sheet).toMatchObject({kind: 'text', title: 'keys (Esc leaves)'});
		expect(dashboardAfter('c:demo', 'f1', '?').model.sheet).toBeUndefined();
	});

	test('keys of a sheet do not reach the panes below', () => {
		const {record, model} = dashboardAfter('c:shop-web', '?', 's', 'q', 'down');
		expect([record.ran, record.done, model.sheet]).toEqual([[], [], undefined]);
	});

	test('the palette lists the actions, the tabs, and all rows', () => {
		const {model} = dashboardAfter('c:shop-web', ':');
		const labels = model.sheet?.kind === 'choose' ? model.sheet.choices.map(({label}) => label) : [];
		expect(labels).toContain('stop: stop (shop-web)');
		expect(labels).toContain('tab stats');
		expect(labels).toContain('go to shop/cache');
		expect(labels.filter(label => /^(list|detail|open|palette|back)/.test(label))).toEqual([]);
		for (const {name, place} of keyTable) {
			const isMeant = place === 'anywhere' || place === 'list' || place === 'logs';
			const isMove = /^(list-|detail-|sideways|open|palette$|back$|clear$|copy$)/.test(name);
			expect(labels.some(label => label.startsWith(`${name.replaceAll('-', ' ')}: `))).toBe(isMeant && !isMove);
		}
		const marked = dashboardAfter('c:shop-web', 'space', 'space', ':').model.sheet;
		expect(marked?.kind === 'choose' && marked.choices.map(({label}) => label)).toContain('stop: stop (2 rows)');
	});

	test('the palette performs the chosen action, which may ask for confirmation', () => {
		const typed = (text: string) => dashboardAfter('c:shop-web', ':', ...text.split(''), 'enter');
		expect(typed('go to demo').model).toMatchObject({cursor: 'c:demo', sheet: undefined});
		expect(typed('tab drift').model.settings.tab).toBe('drift');
		expect(typed('stop: stop').record.ran).toEqual([['stop', 'shop-web']]);
		expect(typed('remove: ').model.sheet).toMatchObject({kind: 'confirm', commands: [['rm', 'shop-web']]});
		expect(typed('wrap: ').record.detail).toEqual(['wrap']);
	});
});

test('the next key clears the message', () => {
	const {dashboard, model} = dashboardAfter('c:demo', 'a');
	expect(model.notice?.text).toContain('only what runs');
	handleInput(dashboard, sampleKey('down'));
	expect(model.notice).toBeUndefined();
});

test('keys of the configuration replace the default keys', () => {
	const {dashboard, record} = sampleDashboard(sampleModel({cursor: 'c:shop-web'}));
	const other = {...dashboard, keys: knownKeys({stop: ['f5'], sort: ['1']}, null)};
	handleInput(other, sampleKey('s'));
	expect(record.ran).toEqual([]);
	handleInput(other, sampleKey('f5'));
	expect(record.ran).toEqual([['stop', 'shop-web']]);
	handleInput(other, sampleKey('1'));
	expect(dashboard.model.sheet).toMatchObject({title: 'sort by'});
});
