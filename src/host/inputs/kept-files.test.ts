import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {realHost} from '../programs/real-host.ts';
import {keepResult, keyText, readKept, removeKept} from './kept-files.ts';

const host = realHost();
const key = keyText(['run', '/home/ada', 'a b']);
const result = {inputs: ['text /a =1', 'env B -'], json: '{"ü":1}'};

let top: string;
let folder: string;
beforeEach(() => {
	top = mkdtempSync(join(tmpdir(), 'tsbox-kept-'));
	folder = join(top, 'kept');
});
afterEach(() => rmSync(top, {recursive: true}));

/** The path of the only file. */
const file = () => join(folder, readdirSync(folder)[0] ?? '');

test('a result is read back by its key, from a private file', () => {
	keepResult(host, folder, key, result);
	expect(readKept(host, folder, key)).toEqual(result);
	expect(readKept(host, folder, keyText(['run', '/home/ada', 'a', 'b']))).toBeUndefined();
	expect([statSync(folder).mode & 0o777, statSync(file()).mode & 0o777]).toEqual([0o700, 0o600]);
	expect(readFileSync(file(), 'utf8')).toBe('tsbox-kept 1 8\nkey run /home/ada a%20b\ntext /a =1\nenv B -\n\n{"ü":1}');
	// FNV-1a of the key, 32 bits, so that other programs find it too.
	expect(readdirSync(folder)).toEqual(['398cd77d']);
	removeKept(host, folder);
	expect(readKept(host, folder, key)).toBeUndefined();
});

test('a file whose name another key has too is not taken', () => {
	keepResult(host, folder, key, result);
	writeFileSync(file(), readFileSync(file(), 'utf8').replace('key run', 'key up'));
	expect(readKept(host, folder, key)).toBeUndefined();
});

test.each<[string, () => void]>([
	['cut off', () => writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, -1))],
	['longer', () => writeFileSync(file(), `${readFileSync(file(), 'utf8')} `)],
	['empty', () => writeFileSync(file(), '')],
	['of another version', () => writeFileSync(file(), readFileSync(file(), 'utf8').replace('kept 1', 'kept 2'))],
	['readable by its group', () => chmodSync(file(), 0o640)],
	['writable by others', () => chmodSync(file(), 0o602)],
	['in a folder that others can write', () => chmodSync(folder, 0o702)],
	['in a folder that its group can write', () => chmodSync(folder, 0o720)],
	[
		'a symlink',
		() => {
			const [path, other] = [file(), join(top, 'other')];
			host.rename(path, other);
			symlinkSync(other, path);
		},
	],
	[
		'a folder',
		() => {
			const path = file();
			rmSync(path);
			mkdirSync(path, {mode: 0o600});
		},
	],
	[
		'in a folder that is a symlink',
		() => {
			host.rename(folder, join(top, 'elsewhere'));
			symlinkSync(join(top, 'elsewhere'), folder);
		},
	],
])('a file that is %s is as if it was not there', (_, change) => {
	keepResult(host, folder, key, result);
	change();
	expect(readKept(host, folder, key)).toBeUndefined();
});

test.runIf(process.getuid?.() === 0)('what another user owns is as if it was not there', () => {
	keepResult(host, folder, key, result);
	chownSync(file(), 65_534, 65_534);
	expect(readKept(host, folder, key)).toBeUndefined();
	chownSync(file(), 0, 0);
	chownSync(folder, 65_534, 65_534);
	expect(readKept(host, folder, key)).toBeUndefined();
	const before = readdirSync(folder);
	keepResult(host, folder, keyText(['other']), result);
	expect(readdirSync(folder)).toEqual(before);
});

test('the oldest of too many are removed, and a large one is not kept', () => {
	for (let at = 0; at < 70; at++) {
		keepResult(host, folder, keyText([String(at)]), result);
		for (const name of readdirSync(folder)) {
			const {mtimeMs} = statSync(join(folder, name));
			utimesSync(join(folder, name), 0, mtimeMs / 1000 - 10);
		}
	}
	expect(readdirSync(folder)).toHaveLength(64);
	expect([5, 6, 69].map(at => readKept(host, folder, keyText([String(at)])) !== undefined)).toEqual([
		false,
		true,
		true,
	]);
	keepResult(host, folder, keyText(['large']), {...result, json: JSON.stringify('x'.repeat(1024 * 1024))});
	expect(readKept(host, folder, keyText(['large']))).toBeUndefined();
	for (let at = 0; at < 12; at++)
		keepResult(host, folder, keyText(['mine', String(at)]), {...result, json: JSON.stringify('x'.repeat(1024 * 1000))});
	const sizes = readdirSync(folder).map(name => statSync(join(folder, name)).size);
	expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(8 * 1024 * 1024);
});

test('a folder that cannot be made is no error', () => {
	writeFileSync(folder, '');
	keepResult(host, folder, key, result);
	expect(readKept(host, folder, key)).toBeUndefined();
});
