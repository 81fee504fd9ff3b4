import {expect, test} from 'vitest';
import {bytes} from '../../spec/values/bytes.ts';
import {legend, plot, type Point, windowWords} from './plot.ts';
import {plainText, sampleFrame, sampleNow, textsIn} from '../../../test/support/sample-frame.ts';

const percent = (value: number): string => `${value} %`;

/** One value per second for the last minute. */
function minute(value: (second: number) => number): readonly Point[] {
	return Array.from({length: 60}, (_, second) => ({at: sampleNow - (59 - second) * 1000, value: value(second)}));
}

const rise = {name: 'rise', tone: 'accent', points: minute(second => second)} as const;
const wave = {name: 'wave', tone: 'warning', points: minute(second => 30 + 25 * Math.sin(second / 5))} as const;

function draw(
	series: Parameters<typeof plot>[0],
	rest: Partial<Parameters<typeof plot>[1]> = {},
	locale?: string,
): string {
	const frame = sampleFrame(40, 8, locale);
	return plainText(plot(series, {...frame, format: percent, windowMs: 60_000, ...rest}));
}

test('a curve is filled down to its axis, which has its top and its time', () => {
	expect(draw([rise])).toMatchInlineSnapshot(`
		"100 % ┤
		      │
		      │                                ⣀
		 50 % ┤                        ⣀⣀⣤⣤⣶⣶⣿⣿⣿
		      │               ⢀⣀⣀⣤⣤⣶⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		      │       ⢀⣀⣠⣤⣤⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		  0 % ┤⢀⣠⣤⣴⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		       -1 min                        now"
	`);
});

test('without Braille, a curve consists of ASCII characters', () => {
	const text = draw([rise], {}, 'C');
	expect(text).toMatch(/^[\n\x20-\x7e]*$/);
	expect(text).toMatchInlineSnapshot(`
		"100 % |
		      |
		      |                                .
		 50 % |                        ....#####
		      |               ....##############
		      |       ....######################
		  0 % |..###############################
		       -1 min                        now"
	`);
});

test('one of two curves is solid and one is dotted, so that they differ without colors', () => {
	expect(draw([rise, wave], {columns: 80})).toMatchInlineSnapshot(`
		"100 % ┤
		      │
		      │                                                                       ⢀⣀
		 50 % ┤     ⡀⠠⠂⠂⠊⠈⠈⠈⠂⠂⠢⠠⡀                         ⠠⠠⠠⠂⠈⠈⠈⠈⠂⠂⢢⣀⣀⣀⣀⠤⠤⠤⠤⠒⠒⠒⠒⠊⠉⠉⠉⠉⠁
		      │ ⡀⠠⠈              ⠂⠠ ⡀             ⣀⣀⣀⣀⣀⠤⠦⠮⠤⠤⠒⠒⠒⠊⠉⠉⠉⠉⠁ ⠈⠈⠂⡀⡀
		      │                 ⣀⣀⣀⣀⡨⠦⠤⡤⡤⠔⠒⠒⠒⠒⠊⠉⠉⠉⡀⠠ ⠊                    ⠈ ⠂⡀
		  0 % ┤ ⣀⣀⡠⠤⠤⠤⠤⠔⠒⠒⠒⠒⠉⠉⠉⠉        ⠈ ⠂⠂⠠⠠ ⠂⠂⠈                            ⠈⠈ ⠢⠠⠠⠠ ⠊⠈
		       -1 min                                                                now"
	`);
	expect(draw([rise, wave], {}, 'C')).toMatchInlineSnapshot(`
		"100 % |
		      |
		      |                                #
		 50 % |  oo o               o oo#######
		      |oo             ######### oo
		      |       ###o#### oo         oo   o
		  0 % |#######    o o               o o
		       -1 min                        now"
	`);
	expect(plainText([legend([rise, wave], sampleFrame().glyphs)])).toBe('⠤⠤ rise  ⠄⠄ wave');
	expect(plainText([legend([rise, wave], sampleFrame(80, 24, 'C').glyphs)])).toBe('## rise  oo wave');
	expect(textsIn([legend([rise, wave], sampleFrame().glyphs)], 'warning')).toEqual(['  ⠄⠄']);
});

test('missing values leave a gap, and zero does not', () => {
	const gap = {...rise, points: minute(second => (second < 20 ? 5 : second < 40 ? Number.NaN : 0))};
	expect(draw([gap], {rows: 3})).toMatchInlineSnapshot(`
		"5 % ┤⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		0 % ┤⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿           ⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
		     -1 min                          now"
	`);
});

test('a container that existed for part of the time has a curve for that part', () => {
	expect(draw([{...rise, points: rise.points.slice(45)}], {rows: 3})).toMatchInlineSnapshot(`
		"100 % ┤                            ⣀⣀⣀⣀⣀
		  0 % ┤                         ⣿⣿⣿⣿⣿⣿⣿⣿
		       -1 min                        now"
	`);
	expect(draw([{...rise, points: []}], {rows: 3})).toMatchInlineSnapshot(`
		"1 % ┤
		0 % ┤
		     -1 min                          now"
	`);
});

test('a peak of one second is visible over an hour', () => {
	const points = Array.from({length: 3600}, (_, second) => ({
		at: sampleNow - (3599 - second) * 1000,
		value: second === 1800 ? 900 : 1,
	}));
	expect(draw([{...rise, points}], {windowMs: 3_600_000, rows: 4})).toMatchInlineSnapshot(`
		"1000 % ┤                ⡆
		       │                ⡇
		   0 % ┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣇⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
		        -1 h                         now"
	`);
});

test('values above a given top are drawn at the top', () => {
	expect(draw([rise], {max: 30, rows: 3})).toMatchInlineSnapshot(`
		"30 % ┤         ⣀⣀⣠⣤⣤⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		 0 % ┤⢀⣀⣤⣤⣴⣶⣾⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
		      -1 min                         now"
	`);
});

test('the top is a round number of its unit', () => {
	const flat = (value: number) => ({...rise, points: minute(() => value)});
	const topOf = (value: number, rest: Parameters<typeof draw>[1]): string =>
		draw([flat(value)], rest).split('\n')[0] ?? '';
	expect(topOf(3000, {format: bytes, round: 'binary'})).toContain('4 KiB ┤');
	expect(topOf(1024, {format: bytes, round: 'binary'})).toContain('1 KiB ┤');
	expect(topOf(120, {})).toContain('200 % ┤');
	expect(topOf(0.3, {})).toContain('0.5 % ┤');
	expect(topOf(0.3, {least: 10})).toContain('10 % ┤');
	expect(topOf(0, {})).toContain('1 % ┤');
});

test('a plot has the requested number of rows, and none is too wide', () => {
	for (const columns of [10, 20, 81])
		for (const rows of [2, 3, 6, 11]) {
			const lines = draw([rise, wave], {columns, rows}).split('\n');
			expect(lines).toHaveLength(rows);
			for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(columns, 13));
		}
});

test('a time window is given in minutes or hours', () => {
	expect([60_000, 300_000, 900_000, 3_600_000].map(windowWords)).toEqual(['1 min', '5 min', '15 min', '1 h']);
});
