import type {Desk} from './model/desk.ts';
import type {KeyName} from './model/keys.ts';
import {currentRows, meantRows} from './model/model.ts';
import type {Choice, Sheet} from './model/sheet.ts';
import {tabNames} from './model/tabs.ts';
import {changeSettings} from './model/desk.ts';

/** What moves a cursor is of no use in a list of names. */
const leftOut = /^(list-|detail-|sideways|open|palette$|back$|clear$|copy$)/;

/** All that can be done, and all containers to go to, by name. */
export function paletteSheet(desk: Desk, perform: (name: KeyName) => void): Sheet {
	const {model, keys} = desk;
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
		(tab, at): Choice => ({label: `tab ${tab}`, aside: String(at + 1), pick: () => changeSettings(desk, {tab})}),
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
