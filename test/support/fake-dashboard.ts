import {sampleNow} from './sample-frame.ts';
import type {Input} from '../../src/tui/terminal/input.ts';
import type {Words} from '../../src/tui/dash/model/actions.ts';
import type {DashboardContext} from '../../src/tui/dash/model/dashboard-context.ts';
import {handleInput} from '../../src/tui/dash/handle-input.ts';
import {type KeyName, keyTable} from '../../src/tui/dash/model/keys.ts';
import type {Model} from '../../src/tui/dash/model/model.ts';
import type {Move} from '../../src/tui/dash/model/pane.ts';
import {sampleDetail, sampleLook, sampleModel, sampleNarrow} from './sample-dash.ts';
import {type ScreenLook, screenOf} from '../../src/tui/dash/model/screen.ts';
import type {ViewSettings} from '../../src/tui/dash/model/settings.ts';
import type {DashSource} from '../../src/tui/dash/model/source.ts';
import {type TabName, tabNames} from '../../src/tui/dash/model/tabs.ts';

/** The recorded calls of a dashboard. */
export interface DeskRecord {
	/** Commands that ran, and commands that got the terminal. */
	readonly ran: Words[];
	readonly lent: Words[];
	/** Bytes written to the terminal. */
	readonly written: string[];
	/** Other actions in words: `leave`, `mouse on`. */
	readonly done: string[];
	/** Stored changes of the view settings. */
	readonly settings: Partial<ViewSettings>[];
	/** What the detail showed, and its moves and keys. */
	readonly shown: (readonly [containers: readonly string[], tab: TabName])[];
	readonly detail: (Move | KeyName)[];
}

/** A dashboard that only records its calls. `run` determines how commands end. */
export function sampleDashboard(
	model: Model = sampleModel(),
	{
		run = () => ({status: 0, output: ''}),
		lend = () => 0,
		size = {columns: 100, rows: 30},
		copied = 'text',
	}: {
		readonly run?: (words: Words) => {readonly status: number; readonly output: string};
		readonly lend?: (words: Words) => number;
		readonly size?: {readonly columns: number; readonly rows: number};
		readonly copied?: string;
	} = {},
): {readonly dashboard: DashboardContext; readonly record: DeskRecord} {
	const record: DeskRecord = {ran: [], lent: [], written: [], done: [], settings: [], shown: [], detail: []};
	const look = (): ScreenLook => sampleLook(size.columns, size.rows);
	const note = (what: string) => (): void => void record.done.push(what);
	const over = new AbortController();
	const dashboard: DashboardContext = {
		model,
		ask: sheet => void (model.sheet = sheet),
		say: (text, isError = false) => void (model.notice = {text, isError}),
		changed: () => {},
		now: () => sampleNow,
		ended: over.signal,
		detail: {
			...sampleDetail,
			show: (target, tab) => void record.shown.push([target?.containers ?? [], tab]),
			move: by => void record.detail.push(by),
			perform: name => {
				record.detail.push(name);
				return keyTable.some(row => row.name === name && tabNames.some(tab => tab === row.place));
			},
			refresh: () => {},
			copyText: () => copied,
			rest: () => undefined,
			close: () => {},
		},
		source: {
			...sampleSource,
			run: async words => {
				record.ran.push(words);
				return run(words);
			},
			lend: async words => {
				record.lent.push(words);
				return lend(words);
			},
		},
		keys: keyTable,
		narrow: sampleNarrow,
		terminal: {
			size: () => size,
			write: bytes => void record.written.push(bytes),
			setMouse: on => void record.done.push(`mouse ${on ? 'on' : 'off'}`),
			lend: act => act(),
			suspend: async () => void record.done.push('suspend'),
			close: () => {},
		},
		layout: () => screenOf(model, sampleDetail, look()).layout,
		look,
		settingsChanged: settings => void record.settings.push(settings),
		repaint: note('repaint'),
		leave: () => {
			record.done.push('leave');
			over.abort();
		},
	};
	return {dashboard, record};
}

/** A source without containers. */
export const sampleSource: DashSource = {
	watch: async function* () {},
	projects: () => ({projects: () => [], close: () => {}}),
	sample: () => [],
	ports: () => '',
	report: () => undefined,
	failedReport: () => undefined,
	drift: async () => ({differences: [], checked: 0, unchecked: []}),
	processes: async () => [],
	mounts: async () => [],
	network: async () => Promise.reject(new Error('no network')),
	config: async () => [],
	logs: async () => Promise.reject(new Error('no log')),
	events: async () => Promise.reject(new Error('no events')),
	run: async () => ({status: 0, output: ''}),
	lend: async () => 0,
	save: () => {},
};

/** The input of a key. A character types itself. */
export function sampleKey(name: string): Input {
	return {kind: 'key', key: name, text: name === 'space' ? ' ' : name.length === 1 ? name : ''};
}

/** A dashboard with the cursor on a row, after keys and clicks. */
export function dashboardAfter(cursor: string, ...inputs: readonly (string | Input)[]) {
	const made = sampleDashboard(sampleModel({cursor}));
	for (const one of inputs) handleInput(made.dashboard, typeof one === 'string' ? sampleKey(one) : one);
	return {...made, model: made.dashboard.model};
}
