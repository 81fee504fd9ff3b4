import type {OwnedTerminal} from '../../terminal/terminal.ts';
import type {Words} from './actions.ts';
import type {Detail} from './detail.ts';
import type {Keys} from './keys.ts';
import type {Layout} from './layout.ts';
import {currentRows, cursorRow, meantRows, type Model, type RunCommand} from './model.ts';
import type {DetailTarget, Surround} from './pane.ts';
import {containersOf, isLive, projectOf, type Row} from './rows.ts';
import type {ScreenLook} from './screen.ts';
import type {ViewSettings} from './settings.ts';
import {commandText, type Narrow} from './sheet.ts';
import type {DashSource} from './source.ts';

/** Everything that the keys act on. */
export interface DashboardContext extends Surround {
	readonly model: Model;
	readonly detail: Detail;
	readonly source: DashSource;
	readonly keys: Keys;
	readonly narrow: Narrow;
	readonly terminal: OwnedTerminal;
	/** The layout of the last frame, and the look of the next one. */
	readonly layout: () => Layout | undefined;
	readonly look: () => ScreenLook;
	readonly settingsChanged: (change: Partial<ViewSettings>) => void;
	/** Redraws the whole screen. */
	readonly repaint: () => void;
	readonly leave: () => void;
	/** Aborts when the dashboard closes for any reason. */
	readonly ended: AbortSignal;
}

/** Changes the view settings and stores the change. */
export function changeSettings(dashboard: DashboardContext, change: Partial<ViewSettings>): void {
	dashboard.model.settings = {...dashboard.model.settings, ...change};
	dashboard.settingsChanged(change);
}

/** Shows the row at the cursor in the detail. */
export function follow(dashboard: DashboardContext): void {
	const {model, detail} = dashboard;
	const rows = currentRows(model);
	const row = cursorRow(model, rows);
	detail.show(row === undefined ? undefined : targetOf(row, meantRows(model, rows)), model.settings.tab);
}

function targetOf(row: Row, meant: readonly Row[]): DetailTarget {
	const all = (meant.length > 1 ? meant : [row]).flatMap(containersOf);
	// Tabs about one container show the first, and a live container has more to show.
	const containers = new Map([...all.filter(isLive), ...all].map(one => [one.name, one]));
	return {
		row,
		containers: [...containers.keys()],
		labels: [...containers.values()].map(one => one.service ?? one.name),
		project: projectOf(row),
	};
}

/** Runs a tsbox command and shows its result in the command log. */
export async function runCommand(dashboard: DashboardContext, words: Words): Promise<RunCommand> {
	const {model, source} = dashboard;
	const begun: RunCommand = {words, at: dashboard.now(), status: undefined, output: ''};
	model.commands = [...model.commands.slice(-99), begun];
	model.showsCommands = true;
	dashboard.changed();
	const end = await source.run(words);
	const ended: RunCommand = {...begun, ...end};
	model.commands = model.commands.map(one => (one === begun ? ended : one));
	if (end.status !== 0) dashboard.say(`${commandText(words)}: ${lastWords(end.output)}`, true);
	dashboard.changed();
	return ended;
}

/** The first line of output, which says most about the failure. */
function lastWords(output: string): string {
	return output.trim().split('\n')[0] || 'failed';
}
