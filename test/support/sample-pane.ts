import stringWidth from 'string-width';
import type {DetailTarget, Pane} from '../../src/tui/dash/model/pane.ts';
import type {Row} from '../../src/tui/dash/model/rows.ts';
import {sampleContainer, sampleUse} from './sample-dash.ts';
import {sampleSource} from './fake-dashboard.ts';
import {firstSettings, type ViewSettings} from '../../src/tui/dash/model/settings.ts';
import {prompt, type Sheet, sheetAfter} from '../../src/tui/dash/model/sheet.ts';
import type {DashSource} from '../../src/tui/dash/model/source.ts';
import type {TabName} from '../../src/tui/dash/model/tabs.ts';
import {sampleHistory} from '../../src/tui/tabs/history.ts';
import {plainText, sampleFrame, sampleNow} from './sample-frame.ts';
import {sampleLog} from './sample-log.ts';
import {openPane} from '../../src/tui/dash/panes/open-pane.ts';

/** Waits until the handlers of settled promises have run. */
export const settled = (): Promise<void> => new Promise(resolve => void setImmediate(resolve));

const web = sampleContainer('shop-web', {project: 'shop', service: 'web'});
/** A target of the detail: a container of a project. */
export const ofWeb: DetailTarget = {
	row: {kind: 'container', key: 'c:shop-web', container: web},
	containers: ['shop-web'],
	labels: ['web'],
	project: 'shop',
};
const absent: Row = {kind: 'absent', key: 's:shop/cache', project: 'shop', service: 'cache'};
/** A target of the detail: a service without a container. */
export const ofAbsent: DetailTarget = {row: absent, containers: [], labels: [], project: 'shop'};
/** A target of the detail: a foreground container. */
export const ofDemo: DetailTarget = {
	row: {kind: 'container', key: 'c:demo', container: sampleContainer('demo')},
	containers: ['demo'],
	labels: ['demo'],
	project: undefined,
};

/** A pane with a source of the test, and its recorded calls. */
export async function opened(tab: TabName, target: DetailTarget, change: Partial<DashSource> = {}) {
	const seen = {sheet: undefined as Sheet | undefined, said: [] as string[], changes: 0, settings: firstSettings};
	const history = sampleHistory();
	history.add('shop-web', sampleUse({at: sampleNow}));
	const pane: Pane = openPane({
		source: {...sampleSource, ...change},
		history,
		surround: {
			ask: sheet => void (seen.sheet = sheet),
			say: (text, isError = false) => void seen.said.push(isError ? `! ${text}` : text),
			changed: () => void seen.changes++,
			now: () => sampleNow,
			width: stringWidth,
		},
		settings: (): ViewSettings => seen.settings,
		change: settings => void (seen.settings = {...seen.settings, ...settings}),
	})(tab, target);
	await settled();
	/** Answers the open prompt. */
	const answer = (text: string): void => {
		const {sheet} = seen;
		if (sheet?.kind !== 'prompt') throw new Error('nothing is asked');
		sheetAfter(prompt(sheet.title, text, sheet.done), {kind: 'key', key: 'enter', text: ''}, () => []);
	};
	const text = (columns = 60, rows = 8): string => plainText(pane.draw(sampleFrame(columns, rows)).lines);
	return {pane, seen, answer, text};
}

/** A loaded log. */
export const log = (...texts: readonly string[]) => ({
	...sampleLog(texts),
	isLoading: () => false,
	hasOutput: () => true,
	close: () => {},
});
