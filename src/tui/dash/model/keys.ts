import type {TabName} from './tabs.ts';

/** Where a key is active: on the whole screen, in the overview, in the detail, or in one tab of the detail. */
export type Place = 'anywhere' | 'list' | 'detail' | TabName;

/** An action and its keys. */
export interface KeyRow {
	readonly name: string;
	readonly place: Place;
	readonly keys: readonly string[];
	/** What the action does: a few words, imperative. */
	readonly words: string;
	/** A word for the footer. An action without one is only in the help. */
	readonly short?: string;
}

/** All keys. The help, the footer, the palette, and docs/dashboard.md are made from this table. */
export const keyTable = [
	{name: 'quit', place: 'anywhere', keys: ['q', 'ctrl-c'], words: 'leave; all containers go on', short: 'quit'},
	{name: 'help', place: 'anywhere', keys: ['?', 'f1'], words: 'show all keys', short: 'help'},
	{
		name: 'palette',
		place: 'anywhere',
		keys: [':', 'ctrl-p'],
		words: 'find an action or a container by its name',
		short: 'palette',
	},
	{name: 'other-pane', place: 'anywhere', keys: ['tab'], words: 'go to the other pane', short: 'pane'},
	{name: 'zoom', place: 'anywhere', keys: ['z'], words: 'give the pane the whole screen, and back', short: 'zoom'},
	{name: 'next-tab', place: 'anywhere', keys: [']'], words: 'show the next tab'},
	{name: 'previous-tab', place: 'anywhere', keys: ['['], words: 'show the tab before'},
	{
		name: 'command-log',
		place: 'anywhere',
		keys: ['ctrl-l'],
		words: 'show the commands that were run, and what they said',
	},
	{name: 'mouse', place: 'anywhere', keys: ['m'], words: 'turn the mouse on or off; off, the terminal selects text'},
	{name: 'redraw', place: 'anywhere', keys: ['ctrl-r'], words: 'draw the screen anew'},
	{name: 'suspend', place: 'anywhere', keys: ['ctrl-z'], words: 'go to the shell; fg comes back'},

	{name: 'list-up', place: 'list', keys: ['up', 'k'], words: 'the row above'},
	{name: 'list-down', place: 'list', keys: ['down', 'j'], words: 'the row below'},
	{name: 'list-page-up', place: 'list', keys: ['pageup'], words: 'a page up'},
	{name: 'list-page-down', place: 'list', keys: ['pagedown'], words: 'a page down'},
	{name: 'list-first', place: 'list', keys: ['home', 'g'], words: 'the first row'},
	{name: 'list-last', place: 'list', keys: ['end', 'G'], words: 'the last row'},
	{name: 'open', place: 'list', keys: ['enter', 'right'], words: 'go to the detail; fold or unfold a project'},
	{name: 'fold', place: 'list', keys: ['left'], words: 'fold the project'},
	{name: 'mark', place: 'list', keys: ['space'], words: 'mark the row for what is done next', short: 'mark'},
	{name: 'mark-all', place: 'list', keys: ['*'], words: 'mark all rows, or none'},
	{
		name: 'filter',
		place: 'list',
		keys: ['/'],
		words: 'filter as you type: words that must be there, !word that must not',
		short: 'filter',
	},
	{name: 'clear', place: 'list', keys: ['esc'], words: 'take the marks, then the filter back'},
	{name: 'sort', place: 'list', keys: ['o'], words: 'choose the column to sort by', short: 'sort'},
	{name: 'reverse', place: 'list', keys: ['O'], words: 'sort the other way round'},
	{name: 'group', place: 'list', keys: ['p'], words: 'group by project, or not'},
	{name: 'ended', place: 'list', keys: ['a'], words: 'show those too that have ended', short: 'all'},
	{name: 'columns', place: 'list', keys: ['C'], words: 'choose the columns'},

	{name: 'stop', place: 'list', keys: ['s'], words: 'stop', short: 'stop'},
	{name: 'start', place: 'list', keys: ['S'], words: 'start again', short: 'start'},
	{name: 'restart', place: 'list', keys: ['r'], words: 'restart', short: 'restart'},
	{name: 'pause', place: 'list', keys: ['P'], words: 'pause, or go on'},
	{name: 'kill', place: 'list', keys: ['K'], words: 'send a signal'},
	{name: 'exec', place: 'list', keys: ['e'], words: 'run a shell in it', short: 'shell'},
	{name: 'attach', place: 'list', keys: ['A'], words: 'join its input and output; ctrl-p ctrl-q leaves'},
	{name: 'remove', place: 'list', keys: ['d'], words: 'remove, with its files and output', short: 'remove'},
	{name: 'update', place: 'list', keys: ['L'], words: 'change its limits'},
	{name: 'project-up', place: 'list', keys: ['u'], words: 'bring its project up as the spec has it now'},
	{name: 'project-down', place: 'list', keys: ['D'], words: 'take its project down'},
	{name: 'layers', place: 'list', keys: ['i'], words: 'show the layers of its image, and what each adds'},
	{name: 'prune', place: 'list', keys: ['X'], words: 'remove unused images and volumes, and what crashes left'},

	{name: 'detail-up', place: 'detail', keys: ['up', 'k'], words: 'up'},
	{name: 'detail-down', place: 'detail', keys: ['down', 'j'], words: 'down'},
	{name: 'detail-page-up', place: 'detail', keys: ['pageup'], words: 'a page up'},
	{name: 'detail-page-down', place: 'detail', keys: ['pagedown'], words: 'a page down'},
	{name: 'detail-first', place: 'detail', keys: ['home', 'g'], words: 'to the beginning'},
	{name: 'detail-last', place: 'detail', keys: ['end', 'G'], words: 'to the end'},
	{name: 'back', place: 'detail', keys: ['esc'], words: 'go back to the list', short: 'back'},
	{
		name: 'copy',
		place: 'detail',
		keys: ['y'],
		words: 'copy: the command of the step, or what is in sight',
		short: 'copy',
	},

	{name: 'follow', place: 'logs', keys: ['f'], words: 'follow the end', short: 'follow'},
	{name: 'search', place: 'logs', keys: ['/'], words: 'search; /.../ is a regular expression', short: 'search'},
	{name: 'next-match', place: 'logs', keys: ['n'], words: 'the next match'},
	{name: 'previous-match', place: 'logs', keys: ['N'], words: 'the match before'},
	{name: 'log-filter', place: 'logs', keys: ['&'], words: 'show matching lines alone', short: 'filter'},
	{name: 'wrap', place: 'logs', keys: ['w'], words: 'wrap long lines, or not', short: 'wrap'},
	{name: 'timestamps', place: 'logs', keys: ['t'], words: 'show when each line came', short: 'times'},
	{name: 'jump', place: 'logs', keys: ['T'], words: 'jump to a time: 10m (ago), 14:30, 2026-01-31T12:00'},
	{name: 'save', place: 'logs', keys: ['s'], words: 'save to a file', short: 'save'},
	{name: 'sideways-left', place: 'logs', keys: ['left'], words: 'to the left'},
	{name: 'sideways-right', place: 'logs', keys: ['right'], words: 'to the right'},

	{name: 'fold-steps', place: 'plan', keys: ['f'], words: 'fold what is over, or not', short: 'fold'},
	{
		name: 'window-longer',
		place: 'stats',
		keys: ['+', '='],
		words: 'look further back: 1, 5, 15 minutes, 1 hour',
		short: 'longer',
	},
	{name: 'window-shorter', place: 'stats', keys: ['-'], words: 'look less far back', short: 'shorter'},
	{name: 'config-filter', place: 'config', keys: ['/'], words: 'filter', short: 'filter'},
	{name: 'check-again', place: 'drift', keys: ['r'], words: 'check again', short: 'check'},
] as const satisfies readonly KeyRow[];

/** The name of an action. */
export type KeyName = (typeof keyTable)[number]['name'];

/** The key table, possibly with configured keys. */
export type Keys = readonly (KeyRow & {readonly name: KeyName})[];

/** The key table with other keys for some names. */
export function keysWith(changes: Readonly<Record<string, readonly string[]>>): Keys {
	return keyTable.map(row => ({...row, keys: changes[row.name] ?? row.keys}));
}

/** The action of a key. The first place that has the key wins. */
export function keyNamed(keys: Keys, key: string, places: readonly Place[]): KeyName | undefined {
	for (const place of places) {
		const found = keys.find(row => row.place === place && row.keys.includes(key));
		if (found !== undefined) return found.name;
	}
	return undefined;
}

/** Names in one place that share a key, so that one of them is unreachable: `stop and sort: s`. */
export function clashes(keys: Keys): readonly string[] {
	return keys.flatMap((row, at) =>
		keys.slice(at + 1).flatMap(other => {
			const common = other.place === row.place ? row.keys.filter(key => other.keys.includes(key)) : [];
			return common.map(key => `${row.name} and ${other.name}: ${key}`);
		}),
	);
}
