import {dashColumns as columnNames} from '../../spec/config/dash-words.ts';
import {amounts, type ColumnName, projectOf} from './model/rows.ts';
import {changeSettings, type Desk} from './model/desk.ts';
import {columns as allColumns} from './model/columns.ts';
import type {KeyName} from './model/keys.ts';
import {currentRows, cursorRow} from './model/model.ts';
import {prompt} from './model/sheet.ts';

/** Does what the keys of the overview do beside its actions; false for what it knows nothing of. */
export function performList(desk: Desk, name: KeyName): boolean {
	const {model} = desk;
	const {settings} = model;
	const doings: Partial<Record<KeyName, () => void>> = {
		'list-up': () => goTo(desk, at => at - 1),
		'list-down': () => goTo(desk, at => at + 1),
		'list-page-up': () => goTo(desk, at => at - page(desk)),
		'list-page-down': () => goTo(desk, at => at + page(desk)),
		'list-first': () => goTo(desk, () => 0),
		'list-last': () => goTo(desk, (_, last) => last),
		open: () => open(desk),
		fold: () => fold(desk),
		mark: () => mark(desk),
		'mark-all': () => {
			const rows = currentRows(model).filter(({kind}) => kind !== 'project');
			model.marked = model.marked.size > 0 ? new Set() : new Set(rows.map(({key}) => key));
		},
		filter: () => {
			const before = model.filter;
			const live = (text: string): void => void (model.filter = text);
			desk.ask(
				prompt('show what matches', before, live, {
					live,
					cancel: () => live(before),
					note: 'words that must be there; !word must not',
				}),
			);
		},
		clear: () => {
			if (model.marked.size > 0) model.marked = new Set();
			else model.filter = '';
		},
		sort: () => chooseSort(desk),
		reverse: () => changeSettings(desk, {sort: {...settings.sort, descending: !settings.sort.descending}}),
		group: () => changeSettings(desk, {grouped: !settings.grouped}),
		ended: () => {
			changeSettings(desk, {ended: !settings.ended});
			desk.say(model.settings.ended ? 'those that have ended are shown' : 'only what runs, or went wrong, is shown');
		},
		columns: () => chooseColumns(desk, 0),
	};
	const doing = doings[name];
	doing?.();
	return doing !== undefined;
}

function page(desk: Desk): number {
	return Math.max(1, (desk.layout()?.list.rows ?? 10) - 2);
}

function goTo({model}: Desk, next: (at: number, last: number) => number): void {
	const rows = currentRows(model);
	const last = Math.max(0, rows.length - 1);
	model.cursor = rows[Math.max(0, Math.min(last, next(model.cursorIndex, last)))]?.key;
}

function open(desk: Desk): void {
	const {model} = desk;
	const row = cursorRow(model, currentRows(model));
	if (row?.kind === 'project' && model.settings.folded.includes(row.project.name)) return fold(desk);
	model.focus = 'detail';
	if (model.zoom === 'list') model.zoom = 'detail';
}

/** Folds the project that the cursor is in, or unfolds it. */
function fold(desk: Desk): void {
	const {model} = desk;
	const row = cursorRow(model, currentRows(model));
	const project = row === undefined ? undefined : projectOf(row);
	if (project === undefined || !model.settings.grouped) return;
	const {folded} = model.settings;
	const isFolded = folded.includes(project);
	changeSettings(desk, {folded: isFolded ? folded.filter(name => name !== project) : [...folded, project]});
	model.cursor = `p:${project}`;
}

/** Marks the row of the cursor, of a project all its rows, and goes on to the next. */
function mark(desk: Desk): void {
	const {model} = desk;
	const rows = currentRows(model);
	const row = cursorRow(model, rows);
	if (row === undefined) return;
	const keys = row.kind === 'project' ? row.containers.map(({name}) => `c:${name}`) : [row.key];
	const isMarked = keys.length > 0 && keys.every(key => model.marked.has(key));
	model.marked = isMarked
		? new Set([...model.marked].filter(key => !keys.includes(key)))
		: new Set([...model.marked, ...keys]);
	return goTo(desk, at => at + 1);
}

function chooseSort(desk: Desk): void {
	const choices = desk.model.settings.columns.map(name => ({
		label: name,
		pick: () =>
			changeSettings(desk, {
				sort: {column: name, descending: amounts.includes(name)},
			}),
	}));
	desk.ask({
		kind: 'choose',
		title: 'sort by',
		text: '',
		choices,
		cursor: Math.max(0, desk.model.settings.columns.indexOf(desk.model.settings.sort.column)),
	});
}

/** Shows the columns with those that are chosen marked; each choice turns one and comes back. */
function chooseColumns(desk: Desk, cursor: number): void {
	const {columns} = desk.model.settings;
	const choices = columnNames.map((name, at) => ({
		label: `${columns.includes(name) ? '[x]' : '[ ]'} ${name}`,
		aside: allColumns.find(column => column.name === name)?.title ?? '',
		pick: () => {
			turnColumn(desk, name);
			chooseColumns(desk, at);
		},
	}));
	desk.ask({kind: 'choose', title: 'columns: Enter turns one on or off, Esc leaves', text: '', choices, cursor});
}

function turnColumn(desk: Desk, name: ColumnName): void {
	const {columns} = desk.model.settings;
	if (name === 'name') return desk.say('the name is always shown', true);
	const wanted = columns.includes(name) ? columns.filter(each => each !== name) : [...columns, name];
	// In their usual order, unless the configuration had another.
	changeSettings(desk, {
		columns: wanted.length > columns.length ? columnNames.filter(each => wanted.includes(each)) : wanted,
	});
}
