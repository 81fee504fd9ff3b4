import type {ReadStream, WriteStream} from 'node:tty';
import fuzzysort from 'fuzzysort';
import {kernelText} from '../../host/files/kernel-text.ts';
import type {Host} from '../../host/host.ts';
import {readSnapshot, type Snapshot} from '../../kernel/snapshot.ts';
import {type ChangeArea, changes} from '../../kernel/snapshot-changes.ts';
import type {Room} from '../../learn/room/room.ts';
import {escapeText} from '../../view/text/escape.ts';
import type {Glyphs} from '../../view/text/glyphs.ts';
import {innerFrame, type Narrow, type Sheet, sheetAfter} from '../dash/model/sheet.ts';
import {sheetLines} from '../dash/model/sheet-lines.ts';
import {fitLine} from '../draw/fit.ts';
import {type Frame, type Line, line, span} from '../draw/line.ts';
import {paint, type ThemeName} from '../draw/palette.ts';
import {measure} from '../draw/width.ts';
import {inputReader} from '../terminal/input.ts';
import {painter} from '../terminal/painter.ts';
import {forProgram, type ShellInput, shellKeys} from '../terminal/shell-keys.ts';
import {type ShellPane, shellPane} from '../terminal/shell-pane.ts';
import {ownTerminal} from '../terminal/terminal.ts';
import {type ShellLayout, shellLayout, smallest} from './shell-layout.ts';
import {mountKey, xrayLines} from './xray.ts';

/** The terminal and the look of a screen. */
export interface ScreenSurroundings {
	readonly host: Host;
	readonly stdin: ReadStream;
	readonly stdout: WriteStream & {readonly fd: number};
	readonly theme: ThemeName;
	readonly glyphs: Glyphs;
	/** Closes the screen. */
	readonly signal: AbortSignal;
}

/** A shell that a screen shows. */
export type ShownShell = Pick<
	Room,
	'pid' | 'type' | 'onOutput' | 'onPrompt' | 'foreground' | 'resize' | 'ended' | 'close' | 'processes'
>;

/** What a screen shows besides the shell and its X-ray. */
export interface ScreenContent {
	readonly header: () => Line;
	/** The text beside the X-ray; undefined without one. */
	readonly panel: ((frame: Frame) => readonly Line[]) | undefined;
	/** Keys and what they do, most important first if there is no room for all. */
	readonly keys: () => readonly (readonly [key: string, word: string])[];
	/** Told of what is typed for the shell. */
	readonly typed: (bytes: Buffer) => void;
	/** Handles a function key. */
	readonly pressed: (key: string) => void;
	/** Called a few times a second with what the kernel shows; `shell` is undefined while there is no process. */
	readonly observed: (room: Snapshot, shell: Snapshot | undefined) => void;
	/** The shell has ended. */
	readonly shellEnded: () => void;
	/** The process that the X-ray compares with: the shell's own container, or the machine. */
	readonly against: 'container' | 'machine';
}

/** A screen with a shell. */
export interface ShellScreen {
	/** Shows another shell. The screen neither opens nor closes shells. */
	readonly show: (shell: ShownShell) => void;
	readonly shell: () => ShownShell | undefined;
	/** Opens a sheet over the shell. */
	readonly ask: (sheet: Sheet) => void;
	/** What is shown has changed. */
	readonly changed: () => void;
	/** The size of the shell. */
	readonly size: () => {readonly columns: number; readonly rows: number};
	/** The last X-ray. */
	readonly seen: () => {readonly room: Snapshot; readonly shell: Snapshot | undefined} | undefined;
	/** Restores the terminal. */
	readonly close: () => void;
}

/** Shortest time between two frames, ms. */
const frameMs = 33;
/** Time between two X-rays, ms. */
const xrayMs = 200;
/** How long a change is highlighted, ms. */
const freshMs = 2500;

/**
 * BusyBox asks for the position of the cursor with each prompt, and goes on without an answer. An answer could come when the
 * shell has read a command already, and another program would take it for typed text. Source: xterm ctlseqs, "DSR".
 */
const askCursor = '\u001b[6n';

const narrow: Narrow = (text, choices) =>
	text.trim() === '' ? choices : fuzzysort.go(text, choices, {key: 'label'}).map(({obj}) => obj);

/** Takes the terminal and shows a screen until it is closed. */
export function shellScreen(
	{host, stdin, stdout, theme, glyphs, signal}: ScreenSurroundings,
	content: ScreenContent,
): ShellScreen {
	let shell: ShownShell | undefined;
	let pane: ShellPane | undefined;
	let sheet: Sheet | undefined;
	let timer: NodeJS.Timeout | undefined;
	let lastDrawn = 0;
	let isLent = false;
	let isClosed = false;
	let seen: {readonly room: Snapshot; readonly shell: Snapshot | undefined} | undefined;
	let known: ReadonlySet<string> = new Set();
	const fresh = new Map<ChangeArea, number>();

	const layout = (): ShellLayout => {
		const {columns, rows} = terminal.size();
		return shellLayout(columns, rows, content.panel !== undefined);
	};
	const isTooSmall = (): boolean => {
		const {columns, rows} = terminal.size();
		return columns < smallest.columns || rows < smallest.rows;
	};
	const sheetInput = inputReader(input => {
		// The key that left the sheet may come together with the next one.
		if (input.kind === 'key' && (input.key === 'f10' || (sheet === undefined && /^f\d+$/.test(input.key))))
			content.pressed(input.key);
		if (sheet === undefined) return;
		// A sheet may open another sheet, which must stay open when the first one closes.
		const before = sheet;
		const next = sheetAfter(before, input, narrow);
		if (sheet === before) sheet = next;
		changed();
	});
	const shellInput = shellKeys(input => hear(input));
	const terminal = ownTerminal(stdin, stdout, {
		input: () => {},
		bytes: bytes => (sheet === undefined ? shellInput(bytes) : sheetInput(bytes)),
		resized: () => {
			const {columns, rows} = layout().shell;
			if (!isTooSmall()) {
				pane?.resize(columns, rows);
				void shell?.resize(columns, rows);
			}
			view.forget();
			drawNow();
		},
		lent: () => void (isLent = true),
		regained: () => {
			isLent = false;
			view.forget();
			drawNow();
		},
	});
	terminal.setMouse(true);
	const view = painter(terminal.write, () => terminal.size().rows);

	const hear = (input: ShellInput): void => {
		// What comes together with the key that opened a sheet is for the sheet.
		if (sheet !== undefined && input.kind !== 'mouse') sheetInput(input.bytes);
		else if (input.kind === 'mouse') hearMouse(input);
		else if (input.kind === 'key') hearKey(input);
		else typed(input.bytes);
	};
	const typed = (bytes: Buffer): void => {
		if (pane === undefined || isTooSmall()) return;
		pane.follow();
		content.typed(bytes);
		shell?.type(forProgram(bytes, pane.modes()));
		changed();
	};
	const hearKey = ({key, bytes}: ShellInput & {kind: 'key'}): void => {
		if (key.startsWith('f')) {
			content.pressed(key);
			changed();
			return;
		}
		// A program with a whole screen, such as a pager, turns its own pages.
		if (pane?.modes().alternate === true && !key.startsWith('shift-')) return typed(bytes);
		pane?.scroll((key.endsWith('up') ? -1 : 1) * Math.max(1, layout().shell.rows - 1));
		changed();
	};
	const hearMouse = ({button, column, row, end}: ShellInput & {kind: 'mouse'}): void => {
		const {top, rows} = layout().shell;
		if (pane?.modes().mouse === true) {
			if (row >= top && row < top + rows) shell?.type(`\u001b[<${button};${column + 1};${row - top + 1}${end}`);
			return;
		}
		if (button !== 64 && button !== 65) return;
		const by = button === 64 ? -1 : 1;
		if (pane?.modes().alternate === true) shell?.type((by < 0 ? '\u001bOA' : '\u001bOB').repeat(3));
		else pane?.scroll(3 * by);
		changed();
	};

	const drawNow = (): void => {
		clearTimeout(timer);
		timer = undefined;
		if (isLent || isClosed) return;
		lastDrawn = performance.now();
		const {columns, rows} = terminal.size();
		if (isTooSmall()) {
			view.show(`This terminal is too small:\n${smallest.columns}x${smallest.rows} at least.`);
			terminal.write('\u001b[?25l');
			return;
		}
		const frame: Frame = {columns, rows, now: Date.now(), glyphs, width: measure};
		view.show(frameText(frame, layout()));
		const cursor = sheet === undefined ? pane?.cursor() : undefined;
		terminal.write(
			cursor === undefined
				? '\u001b[?25l'
				: `\u001b[${layout().shell.top + cursor.row + 1};${cursor.column + 1}H\u001b[?25h`,
		);
	};
	const changed = (): void => {
		if (timer !== undefined || isLent || isClosed) return;
		timer = setTimeout(drawNow, Math.max(0, frameMs - (performance.now() - lastDrawn)));
	};

	const frameText = (frame: Frame, {xray, panel, isWide, shell: place}: ShellLayout): string => {
		const fit = (lines: readonly Line[], columns: number, rows: number): readonly Line[] =>
			Array.from({length: rows}, (_, row) => fitLine(lines[row] ?? [], columns, frame));
		const left = fit(xrayOf(xray.rows), xray.columns, xray.rows);
		const right = fit(content.panel?.({...frame, ...panel}) ?? [], panel.columns, panel.rows);
		const divider = span(glyphs.isAscii ? '|' : '│', 'border');
		const upper = isWide ? left.map((each, row) => [...each, divider, ...(right[row] ?? [])]) : [...left, ...right];
		const rows = pane?.lines(theme !== 'none') ?? [];
		const over = sheet === undefined ? [] : sheetOf(sheet, {...frame, ...place}).map(each => paint(each, theme));
		const lower = [...Array.from({length: place.rows - over.length}, (_, row) => rows[row] ?? ''), ...over];
		return [
			paint(fitLine(content.header(), frame.columns, frame), theme),
			...upper.map(each => paint(each, theme)),
			paint(fitLine(ruleLine(frame), frame.columns, frame), theme),
			...lower,
			paint(fitLine(keyLine(frame), frame.columns, frame), theme),
		].join('\n');
	};
	/** A sheet covers as much of the shell as it needs. */
	const sheetOf = (shown: Sheet, frame: Frame): readonly Line[] => {
		const inner = innerFrame(frame);
		const needed =
			shown.kind === 'text' ? shown.lines(inner).length : shown.kind === 'choose' ? shown.choices.length + 1 : 2;
		const rows = Math.min(frame.rows, needed + 3);
		const lines = sheetLines(shown, {...frame, rows}, narrow);
		return Array.from({length: rows}, (_, row) => fitLine(lines[row] ?? [], frame.columns, frame));
	};
	const xrayOf = (rows: number): readonly Line[] => {
		if (seen === undefined) return [line('the shell starts', 'quiet')];
		const now = Date.now();
		return xrayLines(
			{
				shell: seen.shell,
				against: againstOf(seen.room),
				others: content.against === 'container' ? 'the room' : 'this machine',
				known,
				fresh: new Set([...fresh].filter(([, until]) => until > now).map(([area]) => area)),
			},
			rows,
		);
	};
	const againstOf = (room: Snapshot): Snapshot =>
		content.against === 'container' ? room : (readSnapshot(host, process.pid) ?? room);
	const ruleLine = ({columns}: Frame): Line => {
		const across = glyphs.isAscii ? '-' : '─';
		const below = pane?.below() ?? 0;
		const name = seen?.shell === undefined ? '' : processWords(host, seen.shell);
		const words = below > 0 ? `${below} rows below, any key goes there` : name;
		return [
			span(across.repeat(2), 'border'),
			span(words === '' ? '' : ` ${escapeText(words)} `, below > 0 ? 'warning' : 'quiet'),
			span(across.repeat(columns), 'border'),
		].map(each => ({...each, text: each.text.slice(0, columns)}));
	};
	const keyLine = ({columns}: Frame): Line => {
		let room = columns;
		return content
			.keys()
			.filter(([key, word]) => {
				const isShown = key.length + word.length + 2 <= room;
				if (isShown) room -= key.length + word.length + 2;
				return isShown;
			})
			.toSorted(([one], [other]) => Number(one.slice(1)) - Number(other.slice(1)))
			.flatMap(([key, word]) => [span(key, 'accent'), span(` ${word} `)]);
	};

	const look = (): void => {
		if (shell === undefined || isLent) return;
		const room = readSnapshot(host, shell.pid);
		if (room === undefined) return;
		const front = shell.foreground();
		const now = front === undefined ? undefined : readSnapshot(host, front);
		if (seen?.shell !== undefined && now !== undefined)
			for (const {area} of changes(seen.shell, now)) fresh.set(area, Date.now() + freshMs);
		if (seen === undefined) known = new Set(againstOf(room).mounts.map(mountKey));
		// Between the end of a program and the next prompt nobody is in the foreground.
		seen = {room, shell: now ?? seen?.shell};
		content.observed(room, now);
		changed();
	};
	const ticker = setInterval(look, xrayMs);

	const close = (): void => {
		if (isClosed) return;
		isClosed = true;
		clearInterval(ticker);
		clearTimeout(timer);
		terminal.close();
	};
	signal.addEventListener('abort', close, {once: true});
	drawNow();
	return {
		show: next => {
			const {columns, rows} = layout().shell;
			const fresh = shellPane(columns, rows, text => next.type(text));
			let asks = false;
			[shell, pane, seen] = [next, fresh, undefined];
			next.onPrompt(() => void (asks = true));
			next.onOutput(bytes => {
				const text = bytes.toString('latin1');
				fresh.write(asks ? Buffer.from(text.replace(askCursor, ''), 'latin1') : bytes, changed);
				if (text.includes('\n')) asks = false;
			});
			void next.ended.then(() => {
				if (shell !== next) return;
				[shell, seen] = [undefined, undefined];
				if (!isClosed) content.shellEnded();
				changed();
			});
			changed();
		},
		shell: () => shell,
		ask: asked => {
			sheet = asked;
			changed();
		},
		changed,
		size: () => {
			const {columns, rows} = layout().shell;
			return {columns: Math.max(1, columns), rows: Math.max(1, rows)};
		},
		seen: () => seen,
		close,
	};
}

/** Which process an X-ray shows: `sh, pid 4711 outside, 40 in the room, 1 inside`. */
function processWords(host: Host, {pid, nspid}: Snapshot): string {
	const name = kernelText(host, `/proc/${pid}/comm`)?.trim() ?? '';
	const [, ...below] = nspid;
	const inside = below.pop();
	return [
		`${name}, pid ${pid} outside`,
		...below.map(number => `${number} in the room`),
		...(inside === undefined ? [] : [`${inside} inside`]),
	].join(', ');
}
