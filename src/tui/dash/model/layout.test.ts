import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {type Area, isIn, type Layout, layoutOf, type LayoutWish} from './layout.ts';

const wish: LayoutWish = {
	columns: 120,
	rows: 40,
	zoom: 'both',
	focus: 'list',
	listRows: 10,
	commandRows: 0,
	sheetRows: 0,
};

function areasOf({header, list, tabs, detail, commands, sheet, footer}: Layout): readonly Area[] {
	return [header, list, tabs, detail, commands, sheet, footer];
}

test('from 20x5 to 300x100, each cell belongs to one part, except the line between two panes', () => {
	fc.assert(
		fc.property(
			fc.record({
				columns: fc.integer({min: 20, max: 300}),
				rows: fc.integer({min: 5, max: 100}),
				zoom: fc.constantFrom('both', 'list', 'detail'),
				focus: fc.constantFrom('list', 'detail'),
				listRows: fc.integer({min: 0, max: 500}),
				commandRows: fc.integer({min: 0, max: 200}),
				sheetRows: fc.integer({min: 0, max: 120}),
			}),
			given => {
				const layout = layoutOf(given);
				const owners = new Int8Array(given.columns * given.rows);
				let outside = 0;
				for (const area of areasOf(layout)) {
					expect(area.rows).toBeGreaterThanOrEqual(0);
					for (let row = area.row; row < area.row + area.rows; row++)
						for (let column = area.column; column < area.column + area.columns; column++) {
							if (row >= given.rows || column >= given.columns) outside++;
							const at = row * given.columns + column;
							owners[at] = (owners[at] ?? 0) + 1;
						}
				}
				expect(outside).toBe(0);
				const {list, sideBySide} = layout;
				const wrong = owners.findIndex((count, at) => {
					const place = {column: at % given.columns, row: Math.floor(at / given.columns)};
					const divider = {...list, column: list.columns, columns: 1};
					return count !== (sideBySide && isIn(divider, place) ? 0 : 1);
				});
				expect(wrong).toBe(-1);
				expect(layout.footer).toMatchObject({row: given.rows - 1, rows: 1});
			},
		),
		{numRuns: 150},
	);
});

test('below 80x24, only the focused pane is visible', () => {
	for (const size of [
		{columns: 79, rows: 24},
		{columns: 80, rows: 23},
	]) {
		const list = layoutOf({...wish, ...size});
		expect([list.list.rows, list.tabs.rows, list.detail.rows]).toEqual([size.rows - 2, 0, 0]);
		const detail = layoutOf({...wish, ...size, focus: 'detail'});
		expect([detail.list.rows, detail.tabs.rows, detail.detail.rows]).toEqual([0, 1, size.rows - 3]);
	}
	const both = layoutOf({...wish, columns: 80, rows: 24});
	expect(Math.min(both.list.rows, both.detail.rows)).toBeGreaterThan(3);
});

test('from 180 columns on, the panes are side by side', () => {
	expect(layoutOf({...wish, columns: 179}).sideBySide).toBe(false);
	const {sideBySide, list, tabs, detail} = layoutOf({...wish, columns: 180});
	expect(sideBySide).toBe(true);
	expect(list.columns + 1 + detail.columns).toBe(180);
	expect(tabs).toMatchObject({column: list.columns + 1, columns: detail.columns});
});

test('the overview gets the rows that it needs, up to two fifths', () => {
	expect(layoutOf({...wish, listRows: 5}).list.rows).toBe(6);
	expect(layoutOf({...wish, listRows: 500}).list.rows).toBe(15);
	expect(layoutOf({...wish, listRows: 0}).list.rows).toBe(4);
});

test('a zoomed pane gets all the room, regardless of the focus', () => {
	expect(layoutOf({...wish, zoom: 'list', focus: 'detail'}).list.rows).toBe(38);
	expect(layoutOf({...wish, zoom: 'detail'}).detail.rows).toBe(37);
	expect(layoutOf({...wish, zoom: 'detail', columns: 300}).sideBySide).toBe(false);
});

test('a sheet has precedence over the command log, which gets at most eight rows and half of the room', () => {
	expect(layoutOf({...wish, commandRows: 100}).commands.rows).toBe(8);
	expect(layoutOf({...wish, rows: 10, commandRows: 100}).commands.rows).toBe(4);
	const {sheet, commands, list} = layoutOf({...wish, commandRows: 5, sheetRows: 100});
	expect([sheet.rows, commands.rows, list.rows]).toEqual([38, 0, 0]);
});

test('an area includes its last row and column', () => {
	const area = {column: 2, row: 3, columns: 4, rows: 5};
	expect(isIn(area, {column: 2, row: 3})).toBe(true);
	expect(isIn(area, {column: 5, row: 7})).toBe(true);
	expect(isIn(area, {column: 6, row: 7})).toBe(false);
	expect(isIn(area, {column: 5, row: 8})).toBe(false);
	expect(isIn(area, {column: 1, row: 3})).toBe(false);
});
