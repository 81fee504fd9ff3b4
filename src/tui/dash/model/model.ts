import type {ContainerSummary} from '../../../container/observe/list.ts';
import type {Words} from './actions.ts';
import {type ListFacts, type ListView, type ProjectFacts, type Row, rowsOf} from './rows.ts';
import type {Sample} from '../../tabs/rates.ts';
import type {ViewSettings, Zoom} from './settings.ts';
import type {Sheet} from './sheet.ts';

/** A command that was run from here. */
export interface RunCommand {
	readonly words: Words;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Undefined while it goes on. */
	readonly status: number | undefined;
	readonly output: string;
}

/** All that is drawn, but for the detail, which has its own. */
export interface Model {
	containers: readonly ContainerSummary[];
	projects: readonly ProjectFacts[];
	samples: ReadonlyMap<string, Sample>;
	ports: ListFacts['ports'];
	settings: ViewSettings;
	filter: string;
	/** The row that keys act on. */
	cursor: string | undefined;
	/** Where the cursor was among the rows: when its row goes, the next one there gets it. */
	cursorIndex: number;
	marked: ReadonlySet<string>;
	/** The first row in sight. */
	top: number;
	focus: 'list' | 'detail';
	zoom: Zoom;
	sheet: Sheet | undefined;
	commands: readonly RunCommand[];
	showsCommands: boolean;
	/** What is to be said in the line at the bottom, until the next key. */
	notice: {readonly text: string; readonly isError: boolean} | undefined;
	/** The first list has come. */
	isLoaded: boolean;
}

/** Before anything is known. */
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

/** What the overview's rows come from. */
export function factsOf({containers, projects, samples, ports}: Model): ListFacts {
	return {containers, projects, samples, ports};
}

/** How the overview is shown. */
export function listView({settings: {sort, grouped, ended, folded}, filter}: Model): ListView {
	return {sort, grouped, ended, folded, filter};
}

/** The rows as they are now; the cursor goes on to a neighbour when its own row is gone. */
export function currentRows(model: Model): readonly Row[] {
	const rows = rowsOf(factsOf(model), listView(model));
	const at = rows.findIndex(({key}) => key === model.cursor);
	model.cursorIndex = at !== -1 ? at : Math.max(0, Math.min(model.cursorIndex, rows.length - 1));
	// A filter that leaves nothing for a moment moves no cursor.
	if (at === -1 && rows.length > 0) model.cursor = rows[model.cursorIndex]?.key;
	return rows;
}

/** The row that keys act on. */
export function cursorRow(model: Model, rows: readonly Row[]): Row | undefined {
	return rows.find(({key}) => key === model.cursor);
}

/** The rows that are marked, those too that a filter or a fold hides; marks of what is gone are forgotten. */
function markedRows(model: Model): readonly Row[] {
	if (model.marked.size === 0) return [];
	const all = rowsOf(factsOf(model), {...listView(model), filter: '', folded: [], ended: true});
	const marked = all.filter(({key}) => model.marked.has(key));
	if (marked.length < model.marked.size) model.marked = new Set(marked.map(({key}) => key));
	return marked;
}

/** The rows that an action is for: those that are marked, or the one of the cursor. */
export function meantRows(model: Model, rows: readonly Row[]): readonly Row[] {
	const marked = markedRows(model);
	const one = cursorRow(model, rows);
	return marked.length > 0 ? marked : one === undefined ? [] : [one];
}
