import {describe, expect, test} from 'vitest';
import {firstSettings, readSettings, type ViewSettings} from './settings.ts';
import {sortOf} from '../start-dash.ts';

const changed: ViewSettings = {
	sort: {column: 'cpu', descending: true},
	grouped: false,
	ended: false,
	folded: ['shop'],
	columns: ['state', 'name'],
	tab: 'plan',
	mouse: false,
	wrap: true,
	timestamps: true,
	windowMs: 900_000,
};

test('stored settings are restored', () => {
	expect(readSettings(JSON.stringify(changed), {})).toEqual(changed);
	expect(readSettings(JSON.stringify(firstSettings), {})).toEqual(firstSettings);
});

test.each([
	undefined,
	'',
	'{',
	'null',
	'3',
	'[]',
	'"x"',
	'{"sort": 3, "grouped": "yes", "folded": {}, "columns": "name", "tab": "x", "windowMs": 5}',
	'{"sort": null, "columns": [], "folded": [1, null], "mouse": 1}',
	'{"columns": ["cpu", "state"]}',
	'{"sort": {"column": "__proto__"}}',
])('%j gives the default settings', text => {
	expect(readSettings(text, {})).toEqual(firstSettings);
});

test('valid settings are kept next to invalid ones', () => {
	expect(readSettings('{"tab": "stats", "columns": ["name", "nonsense", "cpu"], "grouped": 3}', {})).toEqual({
		...firstSettings,
		tab: 'stats',
		columns: ['name', 'cpu'],
	});
	expect(readSettings('{"sort": {"column": "pids"}}', {}).sort).toEqual({column: 'pids', descending: false});
});

describe('the configuration', () => {
	test('sets the initial view', () => {
		expect(readSettings(undefined, {mouse: false, columns: ['name', 'image']})).toEqual({
			...firstSettings,
			mouse: false,
			columns: ['name', 'image'],
		});
	});
	test('yields to later choices of the user', () => {
		expect(
			readSettings('{"mouse": true, "columns": ["name"]}', {mouse: false, columns: ['name', 'image']}),
		).toMatchObject({mouse: true, columns: ['name']});
	});
});

test('the command line has precedence over the stored order, and --reverse alone inverts the stored order', () => {
	const kept = {column: 'cpu', descending: true} as const;
	expect(sortOf({sort: undefined, reverse: false}, kept)).toEqual(kept);
	expect(sortOf({sort: undefined, reverse: true}, kept)).toEqual({column: 'cpu', descending: false});
	expect(sortOf({sort: 'name', reverse: false}, kept)).toEqual({column: 'name', descending: false});
	expect(sortOf({sort: 'name', reverse: true}, kept)).toEqual({column: 'name', descending: true});
});
