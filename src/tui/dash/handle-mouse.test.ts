import {describe, expect, test} from 'vitest';
import type {Input} from '../terminal/input.ts';
import {plainText} from '../../../test/support/sample-frame.ts';
import {handleInput} from './handle-input.ts';
import {fitColumns} from './model/overview.ts';
import {sampleContainer, sampleDetail, sampleLook, sampleModel} from '../../../test/support/sample-dash.ts';
import {dashboardAfter, sampleDashboard} from '../../../test/support/fake-dashboard.ts';
import {screenOf, tabPlaces} from './model/screen.ts';
import {firstSettings} from './model/settings.ts';

describe('the mouse', () => {
	const click = (column: number, row: number): Input => ({kind: 'click', column, row});
	const wheel = (column: number, row: number, by: 1 | -1): Input => ({kind: 'wheel', column, row, by});
	// Row 0 is the header. The overview has eight rows, the first for the column titles. Then comes the tab bar.
	const tabsRow = 9;

	test('a click selects a row, even if the overview is scrolled', () => {
		expect(dashboardAfter('p:shop', 'tab', click(5, 4)).model).toMatchObject({cursor: 'c:shop-job', focus: 'list'});
		const containers = Array.from({length: 100}, (_, at) => sampleContainer(`c${100 + at}`));
		const {dashboard} = sampleDashboard(sampleModel({containers, projects: [], cursor: 'c:c199'}));
		const text = plainText(screenOf(dashboard.model, sampleDetail, sampleLook()).list).split('\n');
		handleInput(dashboard, click(5, 3));
		expect(text[2]).toContain(dashboard.model.cursor?.slice(2));
	});

	test('a click on a title sorts by its column, and a second click reverses the order', () => {
		const [first, second] = fitColumns(firstSettings.columns, 98, 14);
		const at = 2 + (first?.[1] ?? 0) + 1;
		expect(second?.[0].name).toBe('state');
		expect(dashboardAfter('p:shop', click(at, 1)).model.settings.sort).toEqual({column: 'state', descending: false});
		expect(dashboardAfter('p:shop', click(at, 1), click(at, 1)).model.settings.sort).toEqual({
			column: 'state',
			descending: true,
		});
		expect(dashboardAfter('p:shop', click(at - 1, 1)).record.settings).toEqual([]);
	});

	test('a click on the title of an amount sorts in descending order', () => {
		const fitted = fitColumns(firstSettings.columns, 98, 14);
		const before = fitted.slice(
			0,
			fitted.findIndex(([{name}]) => name === 'cpu'),
		);
		const at = before.reduce((sum, [, width]) => sum + width + 1, 2);
		expect(dashboardAfter('p:shop', click(at, 1)).model.settings.sort).toEqual({column: 'cpu', descending: true});
	});

	test('a click on a tab shows the tab', () => {
		for (const {tab, at, width} of tabPlaces(100)) {
			expect(dashboardAfter('p:shop', click(at, tabsRow)).model).toMatchObject({settings: {tab}, focus: 'detail'});
			expect(dashboardAfter('p:shop', click(at + width - 1, tabsRow)).model.settings.tab).toBe(tab);
		}
		expect(dashboardAfter('p:shop', click(95, tabsRow)).record.settings).toEqual([]);
	});

	test('a click on the detail focuses it, and clicks on the header and the footer do nothing', () => {
		expect(dashboardAfter('p:shop', click(5, 15)).model.focus).toBe('detail');
		expect(dashboardAfter('p:shop', click(5, 0), click(5, 29)).model).toMatchObject({focus: 'list', cursor: 'p:shop'});
	});

	test('the wheel moves the pane under the pointer, regardless of the focus', () => {
		expect(dashboardAfter('p:shop', wheel(5, 15, 1), wheel(5, 15, -1)).record.detail).toEqual([3, -3]);
		expect(dashboardAfter('p:shop', wheel(5, 4, 1), wheel(5, 4, 1), wheel(5, 4, -1)).model.cursor).toBe('c:shop-db');
		expect(dashboardAfter('p:shop', wheel(5, 0, 1)).record.detail).toEqual([]);
	});
});
