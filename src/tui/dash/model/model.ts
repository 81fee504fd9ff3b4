import type {ContainerSummary} from '../../../container/observe/list.ts';
import type {Words} from './actions.ts';
import {type ListFacts, type ListView, type ProjectFacts, type Row, rowsOf} from './rows.ts';
import type {Sample} from '../../tabs/rates.ts';
import type {ViewSettings, Zoom} from './settings.ts';
import type {Sheet} from './sheet.ts';

/** A command that the dashboard has run. */
export interface RunCommand {
	readonly words: Words;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Undefined while the command is running. */
	readonly status: number | undefined;
	readonly output: string;
}

/** The state of the dashboard, except the detail, which has its own. */
export interface Model {
	containers: readonly ContainerSummary[];
	projects: readonly ProjectFacts[];
	samples: ReadonlyMap<string, Sample>;
	ports: ListFacts['ports'];
	settings: ViewSettings;
	filter: string;
	/** Key of the selected row. */
	cursor: string | undefined;
	/** Index of the selected row. If the row disappears, the next row at this index is selected. */
	cursorIndex: number;
	marked: ReadonlySet<string>;
	/** Index of the first visible row. */
	top: number;
	focus: 'list' | 'detail';
	zoom: Zoom;
	sheet: Sheet | undefined;
	commands: readonly RunCommand[];
	showsCommands: boolean;
	/** Message in the footer until the next key. */
	notice: {readonly text: string; readonly isError: boolean} | undefined;
	/** The first list of containers has arrived. */
	isLoaded: boolean;
}

/** The initial model. */
export function firstModel(settings: ViewSettings): Model {
	return {
		containers: [],
		projects: [],
		samples: new Map(),
		ports: new Map(),
		settings,
		filter: '',
		cursor: undefined,
		cursorIndex: 0,
		marked: new Set(),
		top: 0,
		focus: 'list',
		zoom: 'both',
		sheet: undefined,
		commands: [],
		showsCommands: false,
		notice: undefined,
		isLoaded: false,
	};
}

/** The data of the overview. */
export function factsOf({containers, projects, samples, ports}: Model): ListFacts {
	return {containers, projects, samples, ports};
}

/** The view settings of the overview. */
export function listView({settings: {sort, grouped, ended, folded}, filter}: Model): ListView {
	return {sort, grouped, ended, folded, filter};
}

/** The current rows. If the selected row is gone, the cursor moves to a neighbor. */
export function currentRows(model: Model): readonly Row[] {
	const rows = rowsOf(factsOf(model), listView(model));
	const at = rows.findIndex(({key}) => key === model.cursor);
	model.cursorIndex = at !== -1 ? at : Math.max(0, Math.min(model.cursorIndex, rows.length - 1));
	// The cursor stays if a filter temporarily matches nothing.
	if (at === -1 && rows.length > 0) model.cursor = rows[model.cursorIndex]?.key;
	return rows;
}

/** The selected row. */
export function cursorRow(model: Model, rows: readonly Row[]): Row | undefined {
	return rows.find(({key}) => key === model.cursor);
}

/** The marked rows, including those that a filter or a fold hides. Marks of rows that are gone are removed. */
function markedRows(model: Model): readonly Row[] {
	if (model.marked.size === 0) return [];
	const all = rowsOf(factsOf(model), {...listView(model), filter: '', folded: [], ended: true});
	const marked = all.filter(({key}) => model.marked.has(key));
	if (marked.length < model.marked.size) model.marked = new Set(marked.map(({key}) => key));
	return marked;
}

/** The rows that an action applies to: the marked rows, or else the selected row. */
export function meantRows(model: Model, rows: readonly Row[]): readonly Row[] {
	const marked = markedRows(model);
	const one = cursorRow(model, rows);
	return marked.length > 0 ? marked : one === undefined ? [] : [one];
}
