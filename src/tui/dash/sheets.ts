import {type Line, line, span} from '../draw/line.ts';
import {changeSettings, type DashboardContext} from './model/dashboard-context.ts';
import type {KeyName, Keys, Place} from './model/keys.ts';
import {currentRows, meantRows} from './model/model.ts';
import type {Choice, Sheet} from './model/sheet.ts';
import {tabNames} from './model/tabs.ts';

const headings: Readonly<Partial<Record<Place, string>>> = {
	anywhere: 'Everywhere',
	list: 'In the overview',
	detail: 'In the detail',
};

/** The help: all keys of the key table. */
export function helpSheet(keys: Keys): Sheet {
	const places: readonly Place[] = ['anywhere', 'list', 'detail', ...tabNames];
	const lines = (): readonly Line[] =>
		places
			.flatMap(place => {
				const rows = keys.filter(row => row.place === place);
				if (rows.length === 0) return [];
				const body = rows.map((row): Line => [span(`  ${row.keys.join(', ').padEnd(16)}`, 'accent'), span(row.words)]);
				const more: Line[] =
					place === 'anywhere'
						? [[span(`  ${'1 ... 9'.padEnd(16)}`, 'accent'), span(`show a tab: ${tabNames.join(', ')}`)]]
						: [];
				return [line(headings[place] ?? `In the tab ${place}`, 'title'), ...body, ...more, line('')];
			})
			.concat([line(`Keys, columns and the theme can be set in tsbox.config.yaml, under dash:`, 'quiet')]);
	return {kind: 'text', title: 'keys (Esc leaves)', lines, top: 0};
}

/** The palette omits these names, because moving a cursor makes no sense there. */
const leftOut = /^(list-|detail-|sideways|open|palette$|back$|clear$|copy$)/;

/** The palette: all actions, tabs, and rows by name. */
export function paletteSheet(dashboard: DashboardContext, perform: (name: KeyName) => void): Sheet {
	const {model, keys} = dashboard;
	const rows = currentRows(model);
	const meant = meantRows(model, rows);
	const [one] = meant;
	const target = meant.length > 1 ? `${meant.length} rows` : one === undefined ? '' : labelOf(one.key);
	const actions = keys
		.filter(
			({name, place}) =>
				!leftOut.test(name) && (place === 'list' || place === 'anywhere' || place === model.settings.tab),
		)
		.map(
			(row): Choice => ({
				label: `${row.name.replaceAll('-', ' ')}: ${row.words}${row.place === 'list' && isDone(row.name) && target !== '' ? ` (${target})` : ''}`,
				aside: row.keys[0] ?? '',
				pick: () => perform(row.name),
			}),
		);
	const tabs = tabNames.map(
		(tab, at): Choice => ({label: `tab ${tab}`, aside: String(at + 1), pick: () => changeSettings(dashboard, {tab})}),
	);
	const places = rows.map(
		(row): Choice => ({
			label: `go to ${labelOf(row.key)}`,
			aside: row.kind === 'container' ? row.container.state : row.kind,
			pick: () => void (model.cursor = row.key),
		}),
	);
	return {kind: 'choose', title: 'do, or go to', text: '', choices: [...actions, ...tabs, ...places], cursor: 0};
}

function isDone(name: KeyName): boolean {
	return [
		'stop',
		'start',
		'restart',
		'pause',
		'kill',
		'exec',
		'attach',
		'remove',
		'update',
		'project-up',
		'project-down',
	].includes(name);
}

function labelOf(key: string): string {
	return key.slice(2);
}
