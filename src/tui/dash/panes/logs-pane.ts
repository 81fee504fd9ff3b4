import {engineHint, engineName} from '../../../container/machine/of-engine.ts';
import {messageOf} from '../../../errors/is-error.ts';
import {escapeText} from '../../../view/text/escape.ts';
import type {Frame} from '../../draw/line.ts';
import {line} from '../../draw/line.ts';
import type {KeyName} from '../model/keys.ts';
import type {DetailTarget, Move, Pane, PaneContext, Shown} from '../model/pane.ts';
import {commandText, prompt} from '../model/sheet.ts';
import type {FollowedLog} from '../model/source.ts';
import {sinceTime} from '../../../view/text/since-time.ts';
import {
	nextMatch,
	page,
	scrollBy,
	scrollSideways,
	setFilter,
	setSearch,
	toEnd,
	toggleTimestamps,
	toggleWrap,
	toStart,
	toTime,
} from '../../logs/log-moves.ts';
import {type LogState, openLog} from '../../logs/log-state.ts';
import {logFrame, wholeLog} from '../../logs/logs-view.ts';

/** Columns that a key scrolls sideways. */
const sideways = 16;

/** The output of containers. The pane can follow, scroll, search, filter, and save it. */
export function logsPane({source, surround, settings, change}: PaneContext, target: DetailTarget): Pane {
	const {wrap, timestamps} = settings();
	let state: LogState = {...openLog(target.labels), wrap, timestamps};
	let log: FollowedLog | undefined;
	let failure: string | undefined;
	let isClosed = false;
	let seen: Frame | undefined;
	let isOpening = false;
	const open = (): void => {
		if (isOpening || isClosed || log !== undefined || failure !== undefined) return;
		isOpening = true;
		source
			.logs(target.containers, surround.changed)
			.then(
				opened => {
					if (isClosed) return opened.close();
					log = opened;
				},
				(error: unknown) => void (failure = messageOf(error)),
			)
			.finally(() => {
				isOpening = false;
				surround.changed();
			});
	};
	open();
	/** Applies a move. Before the first frame, a move has no effect. */
	const go = (
		move: (view: {readonly state: LogState; readonly source: FollowedLog; readonly frame: Frame}) => LogState,
	): void => {
		if (log !== undefined && seen !== undefined) state = move({state, source: log, frame: seen});
	};
	const ask = (title: string, text: string, done: (text: string) => void, note: string): void =>
		surround.ask(prompt(title, text, done, {note}));
	return {
		draw: frame => {
			seen = frame;
			open();
			if (failure !== undefined) return says(escapeText(failure));
			if (target.containers.length === 0) return says('there is no container');
			if (log === undefined) return says('reading');
			if (log.count() === 0) return says(log.isLoading() ? 'reading' : emptyWords(log, target));
			return logFrame(state, log, frame);
		},
		move: by => go(view => moved(view, by)),
		perform: name => perform(name),
		refresh: () => {},
		rest: () => {
			log?.close();
			log = undefined;
			// Lines have other numbers after they are read again.
			state = toEnd(state);
		},
		close: () => {
			isClosed = true;
			log?.close();
		},
	};

	function perform(name: KeyName): boolean {
		const doings: Partial<Record<KeyName, () => void>> = {
			follow: () => {
				state = toEnd(state);
			},
			search: () => {
				ask(
					'search',
					state.search,
					text => {
						state = setSearch(state, text);
						if (text !== '') go(view => nextMatch(view, 1));
					},
					'words, or a regular expression between slashes; n and N go on',
				);
			},
			'next-match': () => go(view => nextMatch(view, 1)),
			'previous-match': () => go(view => nextMatch(view, -1)),
			'log-filter': () => {
				ask(
					'show only lines with',
					state.filter,
					text => void (state = setFilter(state, text)),
					'words, or a regular expression between slashes; empty shows all',
				);
			},
			wrap: () => {
				state = toggleWrap(state);
				change({wrap: state.wrap});
			},
			timestamps: () => {
				state = toggleTimestamps(state);
				change({timestamps: state.timestamps});
			},
			jump: () => ask('jump to', '', jump, '10m (so long ago), 14:30 (today), 2026-01-31T12:00'),
			save: () => {
				ask(
					'save to',
					`${target.project ?? target.containers[0] ?? 'tsbox'}.log`,
					save,
					`what is kept here, filtered as it is shown; all of it: ${commandText(['logs', target.project ?? target.containers[0] ?? ''])} > FILE`,
				);
			},
			'sideways-left': () => {
				state = scrollSideways(state, -sideways);
			},
			'sideways-right': () => {
				state = scrollSideways(state, sideways);
			},
		};
		const doing = doings[name];
		doing?.();
		return doing !== undefined;
	}

	function jump(text: string): void {
		const at = timeOf(text.trim(), surround.now());
		if (Number.isNaN(at)) return surround.say(`${text} is no time: write 10m, 14:30 or 2026-01-31T12:00`, true);
		go(view => toTime(view, at));
	}

	function save(path: string): void {
		if (log === undefined || path.trim() === '') return;
		try {
			const {text, lines} = wholeLog(state, log, surround.width);
			source.save(path.trim(), text);
			surround.say(`saved ${lines} lines to ${path.trim()}`);
		} catch (error) {
			surround.say(`${path.trim()}: ${messageOf(error)}`, true);
		}
	}
}

function says(text: string): Shown {
	return {lines: [line(`  ${text}`, 'quiet')], status: ''};
}

function emptyWords(log: FollowedLog, {containers, row}: DetailTarget): string {
	const engine = row.kind === 'container' ? row.container.engine : undefined;
	if (engine !== undefined) return `${engineName(engine)} has its output: ${engineHint(engine, 'logs -f')}`;
	return containers.some(log.hasOutput)
		? 'it has printed nothing'
		: 'its output is not kept: it was started in the foreground, and prints on the terminal that it was started from';
}

function moved(view: Parameters<typeof scrollBy>[0], by: Move): LogState {
	switch (by) {
		case 'first':
			return toStart(view.state);
		case 'last':
			return toEnd(view.state);
		case 'page-up':
			return page(view, -1);
		case 'page-down':
			return page(view, 1);
		default:
			return scrollBy(view, by);
	}
}

/** Parses a time of today, an age, or a date; NaN if the text is none of them. */
function timeOf(text: string, now: number): number {
	const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
	if (clock === null) return sinceTime(text, now);
	const today = new Date(now);
	today.setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
	return today.getTime();
}
