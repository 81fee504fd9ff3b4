import {bytes} from '../../../spec/values/bytes.ts';
import {plural} from '../../../view/text/duration.ts';
import {escapeText} from '../../../view/text/escape.ts';
import type {Glyphs} from '../../../view/text/glyphs.ts';
import type {Measure} from '../../../view/text/look.ts';
import {fitLine} from '../../draw/fit.ts';
import {type Frame, type Line, line, type Span, span} from '../../draw/line.ts';
import {paint, type ThemeName} from '../../draw/palette.ts';
import type {DetailView} from './detail.ts';
import {keyNamed, type Keys, type Place} from './keys.ts';
import {type Area, type Layout, layoutOf} from './layout.ts';
import {currentRows, factsOf, listView, type Model} from './model.ts';
import {overviewLines} from './overview.ts';
import {isLive, type Row} from './rows.ts';
import {commandText, innerFrame, type Narrow} from './sheet.ts';
import {sheetLines} from './sheet-lines.ts';
import {type TabName, tabNames} from './tabs.ts';

const sheetHints = {
	confirm: ' y yes  n no',
	prompt: ' enter takes it  esc leaves all as it was',
	choose: ' enter takes it  up and down choose  esc leaves',
	text: ' up and down scroll  q leaves',
} as const;
const margin = span(' ');

/** The parts of a screen and their areas. Each line is as wide as its part. */
export interface Screen {
	readonly layout: Layout;
	readonly header: readonly Line[];
	readonly list: readonly Line[];
	readonly tabs: readonly Line[];
	readonly detail: readonly Line[];
	readonly commands: readonly Line[];
	readonly sheet: readonly Line[];
	readonly footer: readonly Line[];
}

/** Everything besides the model and the detail that a screen depends on. */
export interface ScreenLook {
	readonly columns: number;
	readonly rows: number;
	readonly now: number;
	readonly glyphs: Glyphs;
	readonly width: Measure;
	readonly keys: Keys;
	readonly narrow: Narrow;
}

/** The places whose keys are active, in order of precedence. */
export function placesOf({focus}: Model, tab: TabName): readonly Place[] {
	return focus === 'list' ? ['list', 'anywhere'] : [tab, 'detail', 'anywhere'];
}

/** Draws all parts. Scrolls the overview so that the selected row is visible. */
export function screenOf(model: Model, detail: DetailView, look: ScreenLook): Screen {
	const rows = currentRows(model);
	const layout = layoutOf({
		columns: look.columns,
		rows: look.rows,
		zoom: model.zoom,
		focus: model.focus,
		listRows: rows.length,
		commandRows: model.showsCommands ? Math.max(2, commandLines(model, look).length + 1) : 0,
		sheetRows: sheetHeight(model, look),
	});
	const frame = ({columns, rows: height}: Area): Frame => ({...look, columns, rows: height});
	scrollTo(model, rows, layout.list.rows - 1);
	scrollSheet(model, frame(layout.sheet));
	const inner = {...layout.detail, columns: Math.max(0, layout.detail.columns - 1)};
	const shown = detail.lines(frame(inner));
	return {
		layout,
		header: fill([headerLine(model)], layout.header, look),
		list: layout.list.rows === 0 ? [] : fill(listLines(model, rows, frame(layout.list)), layout.list, look),
		tabs:
			layout.tabs.rows === 0
				? []
				: fill([tabLine(model, shown.status, {...look, columns: layout.tabs.columns})], layout.tabs, look),
		detail: fill(
			shown.lines.map(each => [margin, ...each]),
			layout.detail,
			look,
		),
		commands: layout.commands.rows === 0 ? [] : fill(commandPane(model, frame(layout.commands)), layout.commands, look),
		sheet:
			model.sheet === undefined
				? []
				: fill(sheetLines(model.sheet, frame(layout.sheet), look.narrow), layout.sheet, look),
		footer: fill([footerLine(model, look)], layout.footer, look),
	};
}

/** Renders a screen with escape sequences, one line per row. */
export function paintScreen(
	{layout, header, list, tabs, detail, commands, sheet, footer}: Screen,
	theme: ThemeName,
	isAscii: boolean,
): string {
	const right = [...tabs, ...detail];
	const divider = span(isAscii ? '|' : '│', 'quiet');
	const panes: readonly Line[] = layout.sideBySide
		? list.map((line, row) => [...line, divider, ...(right[row] ?? [])])
		: [...list, ...right];
	return [...header, ...panes, ...commands, ...sheet, ...footer].map(line => paint(line, theme)).join('\n');
}

/** Cuts or pads lines to the size of an area. */
function fill(lines: readonly Line[], area: Area, look: ScreenLook): readonly Line[] {
	return Array.from({length: area.rows}, (_, row) => fitLine(lines[row] ?? [], area.columns, look));
}

function sheetHeight({sheet}: Model, {rows, columns}: ScreenLook): number {
	if (sheet === undefined) return 0;
	const most = Math.max(3, rows - 2);
	switch (sheet.kind) {
		case 'confirm':
			return Math.min(most, 6 + sheet.commands.length + Math.floor(sheet.loses.length / Math.max(20, columns - 16)));
		case 'prompt':
			return sheet.note === undefined ? 4 : 5;
		case 'choose':
			return Math.min(most, Math.min(sheet.choices.length + 4, Math.max(10, Math.floor(rows / 2))));
		case 'text':
			return most;
	}
}

function scrollTo(model: Model, rows: readonly Row[], room: number): void {
	// A hidden overview keeps its scroll position.
	if (room < 1) return;
	const at = rows.findIndex(({key}) => key === model.cursor);
	const last = Math.max(0, rows.length - room);
	let top = Math.min(model.top, last);
	if (at !== -1 && at < top) top = at;
	if (at !== -1 && at >= top + room) top = at - room + 1;
	model.top = Math.max(0, top);
}

/** A sheet does not know the length of its text, so limit its scroll position here. */
function scrollSheet(model: Model, frame: Frame): void {
	const {sheet} = model;
	if (sheet?.kind !== 'text' || sheet.top === 0) return;
	const inner = innerFrame(frame);
	const last = Math.max(0, sheet.lines(inner).length - inner.rows);
	if (sheet.top > last) model.sheet = {...sheet, top: last};
}

function listLines(model: Model, rows: readonly Row[], frame: Frame): readonly Line[] {
	if (!model.isLoaded) return [line('  looking for containers', 'quiet')];
	return overviewLines(
		{
			rows,
			facts: factsOf(model),
			view: listView(model),
			cursor: model.cursor,
			marked: model.marked,
			columns: model.settings.columns,
			top: model.top,
			isFocused: model.focus === 'list' && model.sheet === undefined,
		},
		frame,
	);
}

function headerLine({containers, projects, samples, filter, marked}: Model): Line {
	const running = containers.filter(isLive).length;
	const sick = containers.filter(({health}) => health === 'unhealthy').length;
	const failed = containers.filter(({state, exitCode}) => state === 'exited' && (exitCode ?? 0) !== 0).length;
	const all = [...samples.values()];
	const cpu = all.reduce((sum, {cpuPercent}) => sum + (cpuPercent ?? 0), 0);
	const memory = all.reduce((sum, {memoryUsed}) => sum + (memoryUsed ?? 0), 0);
	const part = (text: string, tone: Span['tone'] = 'plain'): Span => span(`  ${text}`, tone);
	return [
		span(' tsbox', 'title'),
		part(`${plural(projects.length, 'project')}, ${plural(containers.length, 'container')}, ${running} running`),
		...(sick > 0 ? [part(`${sick} unhealthy`, 'failed')] : []),
		...(failed > 0 ? [part(`${failed} failed`, 'failed')] : []),
		...(all.length > 0 ? [part(`cpu ${cpu.toFixed(0)} %, memory ${bytes(memory)}`, 'quiet')] : []),
		...(marked.size > 0 ? [part(`${marked.size} marked`, 'accent')] : []),
		...(filter === '' ? [] : [part(`filter: ${escapeText(filter)}`, 'warning')]),
	];
}

/** The status after the names needs room. */
function tabGap(columns: number): number {
	return columns >= 140 ? 2 : 1;
}

/** Position and width of each tab name in the tab bar. */
export function tabPlaces(
	columns: number,
): readonly {readonly tab: TabName; readonly at: number; readonly width: number}[] {
	let at = 1;
	return tabNames.map((tab, index) => {
		const width = `${index + 1} ${tab}`.length;
		const place = {tab, at, width};
		at += width + tabGap(columns);
		return place;
	});
}

function tabLine(
	{settings: {tab}, focus}: Model,
	status: string,
	{glyphs, columns}: Pick<ScreenLook, 'glyphs' | 'columns'>,
): Line {
	const names = tabNames.flatMap((name, index): Line => {
		const text = `${index + 1} ${name}`;
		const tone = name !== tab ? 'quiet' : focus === 'detail' ? 'cursor' : 'title';
		return [span(text, tone), span(' '.repeat(tabGap(columns)))];
	});
	return [span(' '), ...names, span(status === '' ? '' : `${glyphs.isAscii ? '|' : '│'} ${status}`, 'quiet')];
}

function commandPane(model: Model, frame: Frame): readonly Line[] {
	const rule = (frame.glyphs.isAscii ? '-' : '─').repeat(frame.columns);
	const lines = commandLines(model, frame);
	const empty = [line('  what is done here is shown as the command that does it', 'quiet')];
	// Drop the oldest output first, and keep the commands as long as possible.
	let excess = lines.length - (frame.rows - 1);
	const kept = lines.filter(({isSaid}) => !(isSaid && excess-- > 0)).map(({text}) => text);
	return [line(rule, 'quiet'), ...(lines.length === 0 ? empty : kept.slice(-(frame.rows - 1)))];
}

function commandLines(
	{commands}: Model,
	frame: Pick<Frame, 'glyphs'>,
): readonly {readonly text: Line; readonly isSaid: boolean}[] {
	return commands.flatMap(({words, status, output}) => {
		const [sign, tone] =
			status === undefined
				? ([frame.glyphs.waiting, 'accent'] as const)
				: status === 0
					? ([frame.glyphs.done, 'ok'] as const)
					: ([frame.glyphs.failed, 'failed'] as const);
		const said = output.trim() === '' ? [] : output.trim().split('\n');
		const head: Line = [
			span(` ${sign} `, tone),
			span(`$ ${escapeText(commandText(words))}`, 'command'),
			span(status ? `  exit ${status}` : '', 'failed'),
		];
		return [
			{text: head, isSaid: false},
			...said.map(text => ({
				text: line(`     ${escapeText(text)}`, status === 0 ? 'quiet' : 'plain'),
				isSaid: true,
			})),
		];
	});
}

function footerLine(model: Model, look: ScreenLook): Line {
	const {notice, settings, sheet} = model;
	if (notice !== undefined) {
		const sign = notice.isError ? look.glyphs.failed : look.glyphs.done;
		return [span(` ${sign} ${escapeText(notice.text)}`, notice.isError ? 'failed' : 'ok')];
	}
	if (sheet !== undefined) return [span(sheetHints[sheet.kind], 'quiet')];
	const places = placesOf(model, settings.tab);
	// Help and quit come first, because they must be visible on any screen.
	const first: readonly string[] = ['help', 'quit'];
	const hinted = places.flatMap(place => look.keys.filter(row => row.place === place && 'short' in row));
	const shown = [
		...hinted.filter(({name}) => first.includes(name)),
		...hinted.filter(({name}) => !first.includes(name)),
	];
	// Show no partial hints.
	let room = look.columns - 1;
	const hints = shown.flatMap((row): Line => {
		// In this place, another action may have the first key.
		const key = row.keys.find(each => keyNamed(look.keys, each, places) === row.name);
		if (key === undefined) return [];
		const words = ` ${row.short ?? ''}  `;
		room -= key.length + words.length;
		return room < 0 ? [] : [span(key, 'accent'), span(words, 'quiet')];
	});
	return [span(' '), ...hints];
}
