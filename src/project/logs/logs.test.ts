import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import {parseMarks} from './log-marks.ts';
import {keptFrom, lastLinesFrom} from './log-offsets.ts';

const folder = mkdtempSync(join(tmpdir(), 'logs-'));
afterAll(() => rmSync(folder, {recursive: true}));
const host = realHost();
const file = (text: string): string => {
	writeFileSync(join(folder, 'stdout'), text);
	return join(folder, 'stdout');
};

test('marks are read up to a torn last line', () => {
	expect(parseMarks('10 1 2\n20 3 4\n30 5')).toEqual([
		{at: 10, stdout: 1, stderr: 2},
		{at: 20, stdout: 3, stderr: 4},
	]);
	expect(parseMarks('')).toEqual([]);
});

test.each([
	['a\nbb\nccc\n', 1, 'ccc\n'],
	['a\nbb\nccc\n', 2, 'bb\nccc\n'],
	['a\nbb\nccc\n', 9, 'a\nbb\nccc\n'],
	['a\nbb\nno end', 1, 'no end'],
	['a\nbb\nno end', 2, 'bb\nno end'],
	['a\n\n\n', 2, '\n\n'],
	['', 3, ''],
	['a\nbb\n', 0, ''],
])('of %j the last %i lines are %j', (text, lines, expected) => {
	expect(text.slice(lastLinesFrom(host, file(text), 0, text.length, lines))).toBe(expected);
});

test('the last lines are found in a file that is longer than what is read at once', () => {
	const text = Array.from({length: 50_000}, (_, n) => `line ${n}\n`).join('');
	expect(text.slice(lastLinesFrom(host, file(text), 0, text.length, 20_000))).toMatch(/^line 30000\n/);
	expect(text.slice(lastLinesFrom(host, file(text), 400_000, text.length, 49_999)).length).toBe(text.length - 400_000);
});

test('what is kept begins with a whole line behind the hole', () => {
	file('xxxxxxxxxx\nkept\n');
	writeFileSync(join(folder, 'freed'), '{"stdout": 4}');
	expect(keptFrom(host, folder, 'stdout')).toBe(11);
	expect(keptFrom(host, folder, 'stderr')).toBe(0);
});
