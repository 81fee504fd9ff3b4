import {expect, test} from 'vitest';
import {shellLayout, smallest} from './shell-layout.ts';

test.each([
	[smallest.columns, smallest.rows],
	[40, 12],
	[80, 24],
	[120, 40],
	[300, 100],
])('a screen of %ix%i is used to its last row, and each part has some', (columns, rows) => {
	for (const hasPanel of [true, false]) {
		const {xray, panel, shell, isWide} = shellLayout(columns, rows, hasPanel);
		const upper = isWide ? xray.rows : xray.rows + panel.rows;
		expect(upper + shell.rows + 3).toBe(rows);
		expect(shell).toMatchObject({top: upper + 2, columns});
		expect(xray.rows).toBeGreaterThan(0);
		expect(shell.rows).toBeGreaterThanOrEqual(4);
		expect(panel.rows > 0).toBe(hasPanel);
		expect(isWide ? xray.columns + panel.columns + 1 : xray.columns).toBe(columns);
	}
});
