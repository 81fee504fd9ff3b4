import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import {keptFrom, marksFrom, parseMarks, tailFrom} from './log-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'log-tail-'));
afterAll(() => rmSync(folder, {recursive: true}));
const host = realHost();
const turn = async (): Promise<void> => {};
const tail = async (text: string, bytes: number, lines: number): Promise<string> => {
	writeFileSync(join(folder, 'stdout'), text);
	return text.slice(await tailFrom(host, folder, 'stdout', {size: text.length, bytes, lines}, turn));
};

test.each([
	['a\nbb\nccc\n', 100, 2, 'bb\nccc\n'],
	['a\nbb\nccc\n', 100, 9, 'a\nbb\nccc\n'],
	['a\nbb\nopen', 100, 1, 'open'],
	['a\nbb\nccc\n', 6, 9, 'ccc\n'],
	['one that is long', 5, 9, ' long'],
	['', 5, 9, ''],
	['a\nbb\nno end', 100, 2, 'bb\nno end'],
	['a\n\n\n', 100, 2, '\n\n'],
	['a\nbb\n', 100, 0, ''],
	['a\nbb\n', Infinity, Infinity, 'a\nbb\n'],
])('the end of %j of at most %i bytes and %i lines is %j', async (text, bytes, lines, expected) => {
	expect(await tail(text, bytes, lines)).toBe(expected);
});

test('the end of a file that needs several reads', async () => {
	const text = Array.from({length: 100_000}, (_, n) => `line ${n}\n`).join('');
	expect(await tail(text, 1e9, 70_000)).toMatch(/^line 30000\n/);
	expect(await tail(text, 600_000, 1e9)).toMatch(/^line \d+\n/);
});

test('of many marks only the requested ones are read', async () => {
	const text = Array.from({length: 60_000}, (_, n) => `${1_700_000_000_000 + n} ${n} ${n * 2}\n`).join('');
	writeFileSync(join(folder, 'marks'), `${text}17000`);
	const last = await marksFrom(host, folder, {stdout: 59_000, stderr: 118_000}, turn);
	expect(last.at(-1)).toEqual({at: 1_700_000_059_999, stdout: 59_999, stderr: 119_998});
	expect(last.length).toBeLessThan(30_000);
	expect(last[0]?.stdout).toBeLessThanOrEqual(59_000);
	expect(await marksFrom(host, folder, {stdout: 0, stderr: 0}, turn)).toHaveLength(60_000);
	expect(await marksFrom(host, join(folder, 'none'), {stdout: 0, stderr: 0}, turn)).toEqual([]);
});

test('parsing marks skips a torn last line', () => {
	expect(parseMarks('10 1 2\n20 3 4\n30 5')).toEqual([
		{at: 10, stdout: 1, stderr: 2},
		{at: 20, stdout: 3, stderr: 4},
	]);
	expect(parseMarks('')).toEqual([]);
});

test('kept output starts with a whole line after the hole', () => {
	writeFileSync(join(folder, 'stdout'), 'xxxxxxxxxx\nkept\n');
	writeFileSync(join(folder, 'freed'), '{"stdout": 4}');
	expect(keptFrom(host, folder, 'stdout')).toBe(11);
	expect(keptFrom(host, folder, 'stderr')).toBe(0);
});
