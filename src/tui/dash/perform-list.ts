import {dashColumns as columnNames} from '../../spec/config/dash-words.ts';
import {amounts, type ColumnName, projectOf} from './model/rows.ts';
import {changeSettings, type DashboardContext} from './model/dashboard-context.ts';
import {columns as allColumns} from './model/columns.ts';
import type {KeyName} from './model/keys.ts';
import {currentRows, cursorRow} from './model/model.ts';
import {prompt} from './model/sheet.ts';

/** Performs the keys of the overview other than container actions. Returns false for an unknown name. */
export function performList(dashboard: DashboardContext, name: KeyName): boolean {
	const {model} = dashboard;
	const {settings} = model;
	const doings: Partial<Record<KeyName, () => void>> = {
		'list-up': () => goTo(dashboard, at => at - 1),
		'list-down': () => goTo(dashboard, at => at + 1),
		'list-page-up': () => goTo(dashboard, at => at - page(dashboard)),
		'list-page-down': () => goTo(dashboard, at => at + page(dashboard)),
		'list-first': () => goTo(dashboard, () => 0),
		'list-last': () => goTo(dashboard, (_, last) => last),
		open: () => open(dashboard),
		fold: () => fold(dashboard),
		mark: () => mark(dashboard),
		'mark-all': () => {
			const rows = currentRows(model).filter(({kind}) => kind !== 'project');
			model.marked = model.marked.size > 0 ? new Set() : new Set(rows.map(({key}) => key));
		},
		filter: () => {
			const before = model.filter;
			const live = (text: string): void => void (model.filter = text);
			dashboard.ask(
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
		sort: () => chooseSort(dashboard),
		reverse: () => changeSettings(dashboard, {sort: {...settings.sort, descending: !settings.sort.descending}}),
		group: () => changeSettings(dashboard, {grouped: !settings.grouped}),
		ended: () => {
			changeSettings(dashboard, {ended: !settings.ended});
			dashboard.say(
				model.settings.ended ? 'those that have ended are shown' : 'only what runs, or went wrong, is shown',
			);
		},
		columns: () => chooseColumns(dashboard, 0),
	};
	const doing = doings[name];
	doing?.();
	return doing !== undefined;
}

function page(dashboard: DashboardContext): number {
	return Math.max(1, (dashboard.layout()?.list.rows ?? 10) - 2);
}

function goTo({model}: DashboardContext, next: (at: number, last: number) => number): void {
	const rows = currentRows(model);
	const last = Math.max(0, rows.length - 1);
	model.cursor = rows[Math.max(0, Math.min(last, next(model.cursorIndex, last)))]?.key;
}

function open(dashboard: DashboardContext): void {
	const {model} = dashboard;
	const row = cursorRow(model, currentRows(model));
	if (row?.kind === 'project' && model.settings.folded.includes(row.project.name)) return fold(dashboard);
	model.focus = 'detail';
	if (model.zoom === 'list') model.zoom = 'detail';
}

/** Folds or unfolds the project at the cursor. */
function fold(dashboard: DashboardContext): void {
	const {model} = dashboard;
	const row = cursorRow(model, currentRows(model));
	const project = row === undefined ? undefined : projectOf(row);
	if (project === undefined || !model.settings.grouped) return;
	const {folded} = model.settings;
	const isFolded = folded.includes(project);
	changeSettings(dashboard, {folded: isFolded ? folded.filter(name => name !== project) : [...folded, project]});
	model.cursor = `p:${project}`;
}

/** Marks or unmarks the row at the cursor, or all containers of a project, and moves to the next row. */
function mark(dashboard: DashboardContext): void {
	const {model} = dashboard;
	const rows = currentRows(model);
	const row = cursorRow(model, rows);
	if (row === undefined) return;
	const keys = row.kind === 'project' ? row.containers.map(({name}) => `c:${name}`) : [row.key];
	const isMarked = keys.length > 0 && keys.every(key => model.marked.has(key));
	model.marked = isMarked
		? new Set([...model.marked].filter(key => !keys.includes(key)))
		: new Set([...model.marked, ...keys]);
	return goTo(dashboard, at => at + 1);
}

function chooseSort(dashboard: DashboardContext): void {
	const choices = dashboard.model.settings.columns.map(name => ({
		label: name,
		pick: () =>
			changeSettings(dashboard, {
				sort: {column: name, descending: amounts.includes(name)},
			}),
	}));
	dashboard.ask({
		kind: 'choose',
		title: 'sort by',
		text: '',
		choices,
		cursor: Math.max(0, dashboard.model.settings.columns.indexOf(dashboard.model.settings.sort.column)),
	});
}

/** Shows all columns with check marks. Each choice toggles a column and opens the list again. */
function chooseColumns(dashboard: DashboardContext, cursor: number): void {
	const {columns} = dashboard.model.settings;
	const choices = columnNames.map((name, at) => ({
		label: `${columns.includes(name) ? '[x]' : '[ ]'} ${name}`,
		aside: allColumns.find(column => column.name === name)?.title ?? '',
		pick: () => {
			turnColumn(dashboard, name);
			chooseColumns(dashboard, at);
		},
	}));
	dashboard.ask({kind: 'choose', title: 'columns: Enter turns one on or off, Esc leaves', text: '', choices, cursor});
}

function turnColumn(dashboard: DashboardContext, name: ColumnName): void {
	const {columns} = dashboard.model.settings;
	if (name === 'name') return dashboard.say('the name is always shown', true);
	const wanted = columns.includes(name) ? columns.filter(each => each !== name) : [...columns, name];
	// An added column goes to its standard position. A removed column leaves the order unchanged.
	changeSettings(dashboard, {
		columns: wanted.length > columns.length ? columnNames.filter(each => wanted.includes(each)) : wanted,
	});
}
