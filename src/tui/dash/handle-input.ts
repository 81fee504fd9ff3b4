import type {Input} from '../terminal/input.ts';
import {changeSettings, type DashboardContext, follow} from './model/dashboard-context.ts';
import {helpSheet, paletteSheet} from './sheets.ts';
import {keyNamed, type KeyName} from './model/keys.ts';
import {isIn, type Layout} from './model/layout.ts';
import {currentRows} from './model/model.ts';
import {columnAt} from './model/overview.ts';
import {performAction} from './perform-action.ts';
import {performList} from './perform-list.ts';
import {amounts} from './model/rows.ts';
import {placesOf, tabPlaces} from './model/screen.ts';
import {sheetAfter} from './model/sheet.ts';
import {type TabName, tabNames} from './model/tabs.ts';

/** Handles a user input. */
export function handleInput(dashboard: DashboardContext, input: Input): void {
	const {model} = dashboard;
	model.notice = undefined;
	if (model.sheet !== undefined) {
		// A sheet may open another sheet, which must stay open when the first one closes.
		const before = model.sheet;
		const next = sheetAfter(before, input, dashboard.narrow);
		if (model.sheet === before) model.sheet = next;
	} else if (input.kind === 'key') handleKey(dashboard, input.key);
	else if (input.kind === 'click') handleClick(dashboard, input);
	else if (input.kind === 'wheel') handleWheel(dashboard, input);
	follow(dashboard);
	dashboard.changed();
}

function handleKey(dashboard: DashboardContext, key: string): void {
	const {model, keys} = dashboard;
	const {tab} = model.settings;
	const digit = /^[1-9]$/.test(key) ? tabNames[Number(key) - 1] : undefined;
	const name = keyNamed(keys, key, placesOf(model, tab));
	if (name !== undefined) perform(dashboard, name);
	else if (digit !== undefined) chooseTab(dashboard, digit);
}

/** Performs the action of a key or of an entry of the palette. */
function perform(dashboard: DashboardContext, name: KeyName): void {
	if (performAnywhere(dashboard, name) || performList(dashboard, name) || performDetail(dashboard, name)) return;
	performAction(dashboard, name);
}

function performAnywhere(dashboard: DashboardContext, name: KeyName): boolean {
	const {model, terminal} = dashboard;
	const {tab} = model.settings;
	const at = tabNames.indexOf(tab);
	const doings: Partial<Record<KeyName, () => void>> = {
		quit: () => dashboard.leave(),
		help: () => dashboard.ask(helpSheet(dashboard.keys)),
		palette: () => dashboard.ask(paletteSheet(dashboard, choice => perform(dashboard, choice))),
		'other-pane': () => {
			model.focus = model.focus === 'list' ? 'detail' : 'list';
			if (model.zoom !== 'both') model.zoom = model.focus;
		},
		zoom: () => {
			model.zoom = model.zoom === 'both' ? model.focus : 'both';
		},
		'next-tab': () => chooseTab(dashboard, tabNames[(at + 1) % tabNames.length] ?? tab),
		'previous-tab': () => chooseTab(dashboard, tabNames.at(at - 1) ?? tab),
		'command-log': () => {
			model.showsCommands = !model.showsCommands;
		},
		mouse: () => {
			const mouse = !model.settings.mouse;
			changeSettings(dashboard, {mouse});
			terminal.setMouse(mouse);
			dashboard.say(
				mouse
					? 'the mouse is on; m turns it off, so that text can be selected'
					: 'the mouse is off: text can be selected',
			);
		},
		redraw: () => dashboard.repaint(),
		suspend: () => void terminal.suspend(),
	};
	const doing = doings[name];
	doing?.();
	return doing !== undefined;
}

function performDetail(dashboard: DashboardContext, name: KeyName): boolean {
	const {model, detail} = dashboard;
	const moves = {
		'detail-up': -1,
		'detail-down': 1,
		'detail-page-up': 'page-up',
		'detail-page-down': 'page-down',
		'detail-first': 'first',
		'detail-last': 'last',
	} as const;
	if (name in moves) {
		detail.move(moves[name as keyof typeof moves]);
		return true;
	}
	if (name === 'back') {
		model.focus = 'list';
		if (model.zoom === 'detail') model.zoom = 'both';
		return true;
	}
	if (name === 'copy') {
		copy(dashboard, detail.copyText());
		return true;
	}
	return detail.perform(name);
}

/** Copies a text to the clipboard of the terminal; xterm ctlseqs, OSC 52. */
function copy(dashboard: DashboardContext, text: string): void {
	if (text === '') return dashboard.say('there is nothing to copy', true);
	dashboard.terminal.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
	const lines = text.split('\n').length;
	dashboard.say(
		`copied ${lines === 1 ? text.slice(0, 60) : `${lines} lines`}, where the terminal lets programs copy (OSC 52)`,
	);
}

function chooseTab(dashboard: DashboardContext, tab: TabName): void {
	changeSettings(dashboard, {tab});
	const {model} = dashboard;
	if (model.zoom === 'list') model.zoom = 'both';
	// A small screen shows only one pane, and the new tab must be visible.
	if (dashboard.layout()?.detail.rows === 0) model.focus = 'detail';
}

function handleClick(dashboard: DashboardContext, at: {readonly column: number; readonly row: number}): void {
	const {model} = dashboard;
	const layout = dashboard.layout();
	if (layout === undefined) return;
	if (isIn(layout.list, at)) {
		model.focus = 'list';
		const line = at.row - layout.list.row;
		if (line === 0) return sortByClick(dashboard, at.column - layout.list.column, layout);
		const row = currentRows(model)[model.top + line - 1];
		if (row !== undefined) model.cursor = row.key;
	} else if (isIn(layout.tabs, at)) {
		const column = at.column - layout.tabs.column;
		const tab = tabPlaces(layout.tabs.columns).find(place => column >= place.at && column < place.at + place.width);
		if (tab !== undefined) chooseTab(dashboard, tab.tab);
		model.focus = 'detail';
	} else if (isIn(layout.detail, at)) model.focus = 'detail';
}

function sortByClick(dashboard: DashboardContext, at: number, {list}: Layout): void {
	const {model} = dashboard;
	const {sort, columns} = model.settings;
	const frame = {...dashboard.look(), columns: list.columns, rows: list.rows};
	const column = columnAt({columns, rows: currentRows(model)}, at, frame);
	if (column === undefined) return;
	changeSettings(dashboard, {
		sort: {column, descending: sort.column === column ? !sort.descending : amounts.includes(column)},
	});
}

function handleWheel(
	dashboard: DashboardContext,
	at: {readonly column: number; readonly row: number; readonly by: 1 | -1},
): void {
	const layout = dashboard.layout();
	if (layout === undefined) return;
	if (isIn(layout.detail, at)) dashboard.detail.move(3 * at.by);
	else if (isIn(layout.list, at)) perform(dashboard, at.by === 1 ? 'list-down' : 'list-up');
}
