import type {ReadStream, WriteStream} from 'node:tty';
import fuzzysort from 'fuzzysort';
import type {Glyphs} from '../../view/text/glyphs.ts';
import {measure} from '../draw/width.ts';
import type {ThemeName} from '../draw/palette.ts';
import {sampleHistory} from '../tabs/history.ts';
import {type Reading, sampleOf} from '../tabs/rates.ts';
import {painter} from '../terminal/painter.ts';
import {ownTerminal} from '../terminal/terminal.ts';
import {changeSettings, type DashboardContext, follow} from './model/dashboard-context.ts';
import {detailOf} from './model/detail.ts';
import {handleInput} from './handle-input.ts';
import type {Keys} from './model/keys.ts';
import {currentRows, firstModel, type Model} from './model/model.ts';
import {openPane} from './panes/open-pane.ts';
import {isLive} from './model/rows.ts';
import {paintScreen, type Screen, type ScreenLook, screenOf} from './model/screen.ts';
import type {ViewSettings} from './model/settings.ts';
import type {Narrow} from './model/sheet.ts';
import type {DashSource} from './model/source.ts';

/** Options of {@link runDash}. */
export interface DashOptions {
	readonly source: DashSource;
	readonly stdin: ReadStream;
	readonly stdout: WriteStream & {readonly fd: number};
	readonly theme: ThemeName;
	readonly glyphs: Glyphs;
	readonly keys: Keys;
	readonly settings: ViewSettings;
	/** Stores a change of the view settings. */
	readonly remember: (change: Partial<ViewSettings>) => void;
	/** Initial filter. */
	readonly filter?: string;
	/** Closes the dashboard. */
	readonly signal: AbortSignal;
	/** Called before the first frame. */
	readonly begin?: (dashboard: DashboardContext) => void;
}

/** Shortest time between two frames, ms. */
const frameMs = 33;
/** Time between two usage samples, ms. */
const sampleMs = 1000;

const narrow: Narrow = (text, choices) =>
	text.trim() === '' ? choices : fuzzysort.go(text, choices, {key: 'label'}).map(({obj}) => obj);

/** Shows the dashboard until the user leaves it or the signal aborts. */
export async function runDash(options: DashOptions): Promise<void> {
	const {source, theme, glyphs, keys, signal} = options;
	const model = firstModel(options.settings);
	model.filter = options.filter ?? '';
	const over = new AbortController();
	const ended = AbortSignal.any([signal, over.signal]);
	let screen: Screen | undefined;
	let timer: NodeJS.Timeout | undefined;
	let lastDrawn = 0;
	let isLent = false;
	const history = sampleHistory();

	const terminal = ownTerminal(options.stdin, options.stdout, {
		input: input => handleInput(dashboard, input),
		resized: () => {
			view.forget();
			drawNow();
		},
		lent: () => {
			isLent = true;
			dashboard.detail.rest();
		},
		regained: () => {
			isLent = false;
			view.forget();
			drawNow();
		},
	});
	const view = painter(terminal.write, () => terminal.size().rows);
	const look = (): ScreenLook => ({...terminal.size(), now: Date.now(), glyphs, width: measure, keys, narrow});
	const drawNow = (): void => {
		clearTimeout(timer);
		timer = undefined;
		if (isLent || ended.aborted) return;
		lastDrawn = performance.now();
		screen = screenOf(model, dashboard.detail, look());
		view.show(paintScreen(screen, theme, glyphs.isAscii));
	};
	const changed = (): void => {
		if (timer !== undefined || isLent || ended.aborted) return;
		timer = setTimeout(drawNow, Math.max(0, frameMs - (performance.now() - lastDrawn)));
	};
	const surround = {
		ask: (sheet: Model['sheet']): void => void (model.sheet = sheet),
		say: (text: string, isError = false): void => void (model.notice = {text, isError}),
		changed,
		now: Date.now,
		width: measure,
	};
	const dashboard: DashboardContext = {
		...surround,
		model,
		detail: detailOf(
			openPane({
				source,
				history,
				surround,
				settings: () => model.settings,
				change: settings => changeSettings(dashboard, settings),
			}),
		),
		source,
		keys,
		narrow,
		terminal,
		layout: () => screen?.layout,
		look,
		repaint: () => {
			view.forget();
			changed();
		},
		settingsChanged: options.remember,
		leave: () => over.abort(),
		ended,
	};
	terminal.setMouse(model.settings.mouse);
	options.begin?.(dashboard);

	const readings = new Map<string, Reading>();
	const sample = (): void => {
		const names = wantedSamples(model, screen);
		const at = Date.now();
		const fresh = new Map(model.samples);
		for (const stats of source.sample(names)) {
			const reading = {at, stats};
			const one = sampleOf(reading, readings.get(stats.name));
			readings.set(stats.name, reading);
			history.add(stats.name, one);
			fresh.set(stats.name, one);
		}
		const live = new Set(model.containers.filter(isLive).map(({name}) => name));
		for (const name of fresh.keys()) if (!live.has(name)) fresh.delete(name);
		history.keep(new Set(model.containers.map(({name}) => name)));
		model.samples = fresh;
	};
	const ticker = setInterval(() => {
		// Another program has the terminal.
		if (isLent) return;
		sample();
		dashboard.detail.refresh('second');
		changed();
	}, sampleMs);
	const followed = source.projects(() => {
		model.projects = followed.projects();
		follow(dashboard);
		changed();
	});
	try {
		for await (const containers of source.watch(ended)) {
			model.containers = containers;
			model.projects = followed.projects();
			model.ports = portsOf(containers, source);
			const isFirst = !model.isLoaded;
			model.isLoaded = true;
			// Usage is sampled for the second frame, unless the first frame needs it to sort the rows.
			if (isFirst && isSortedByUse(model)) sample();
			follow(dashboard);
			dashboard.detail.refresh('change');
			if (isFirst) {
				drawNow();
				if (!isSortedByUse(model)) sample();
			}
			changed();
		}
	} finally {
		followed.close();
		clearInterval(ticker);
		clearTimeout(timer);
		dashboard.detail.close();
		terminal.close();
	}
}

function portsOf(containers: Model['containers'], {ports}: DashSource): Model['ports'] {
	return new Map(containers.filter(isLive).map(one => [one.name, ports(one)]));
}

function isSortedByUse({settings: {sort}}: Model): boolean {
	return ['cpu', 'memory', 'pids', 'net', 'block'].includes(sort.column);
}

/** The containers to sample: the visible ones and those of the detail, or all if the rows are sorted by usage. */
function wantedSamples(model: Model, screen: Screen | undefined): readonly string[] {
	if (isSortedByUse(model)) return model.containers.filter(isLive).map(({name}) => name);
	const rows = currentRows(model);
	const shown = rows.slice(model.top, model.top + (screen?.layout.list.rows ?? rows.length));
	const cursor = rows.filter(({key}) => key === model.cursor || model.marked.has(key));
	const names = [...shown, ...cursor].flatMap(row =>
		row.kind === 'container'
			? [row.container]
			: row.kind === 'project' && row.key === model.cursor
				? row.containers
				: [],
	);
	return [...new Set(names.filter(isLive).map(({name}) => name))];
}
