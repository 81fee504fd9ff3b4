import type {Frame} from '../../draw/line.ts';
import type {KeyName} from './keys.ts';
import type {DetailTarget, Move, Pane, Shown} from './pane.ts';
import type {TabName} from './tabs.ts';

/** The part of the detail that the screen draws. */
export interface DetailView {
	readonly lines: (frame: Frame) => Shown;
}

/** The detail, which shows the pane of one tab and one target at a time. */
export interface Detail extends DetailView {
	/** Shows a target and a tab. Does nothing if they are already shown. */
	readonly show: (target: DetailTarget | undefined, tab: TabName) => void;
	readonly move: (by: Move) => void;
	readonly perform: (name: KeyName) => boolean;
	readonly refresh: (why: 'second' | 'change') => void;
	/** The text that the key `copy` copies. */
	readonly copyText: () => string;
	/** The detail is hidden for a while. */
	readonly rest: () => void;
	readonly close: () => void;
}

/** Opens the pane of a tab for a target. */
export type OpenPane = (tab: TabName, target: DetailTarget) => Pane;

/** Makes a detail that shows nothing yet. */
export function detailOf(openPane: OpenPane): Detail {
	let key = '';
	let pane: Pane | undefined;
	let seen: Shown = {lines: [], status: ''};
	return {
		show: (target, tab) => {
			const next = target === undefined ? '' : JSON.stringify([tab, target.row.key, target.containers]);
			if (next === key) return;
			pane?.close();
			key = next;
			pane = target === undefined ? undefined : openPane(tab, target);
		},
		lines: frame => {
			seen = pane?.draw(frame) ?? {lines: [], status: ''};
			return seen;
		},
		move: by => pane?.move(by),
		perform: name => pane?.perform(name) ?? false,
		refresh: why => pane?.refresh(why),
		copyText: () =>
			pane?.copyText?.() ??
			seen.lines
				.map(line =>
					line
						.map(({text}) => text)
						.join('')
						.trimEnd(),
				)
				.join('\n'),
		rest: () => pane?.rest?.(),
		close: () => {
			pane?.close();
			pane = undefined;
			key = '';
		},
	};
}
