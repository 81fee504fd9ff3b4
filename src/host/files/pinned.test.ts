import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {moveMerged, type Pinned, pin, pinBelow, unpin} from './pinned.ts';

let folder = '';
let from: Pinned;
let to: Pinned;
const name = (text: string): Buffer => Buffer.from(text);
const at = (path: string): string => join(folder, path);

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-pinned-'));
	mkdirSync(at('from'));
	mkdirSync(at('to'));
	from = pin(at('from'));
	to = pin(at('to'));
});

afterEach(() => {
	unpin(from);
	unpin(to);
	rmSync(folder, {recursive: true, force: true});
});

test('a pinned folder stays the same, whatever happens to its path', () => {
	renameSync(at('to'), at('moved'));
	symlinkSync('/', at('to'));
	writeFileSync(at('from/x'), 'x');
	expect(moveMerged(from, name('x'), to, name('y'))).toBeUndefined();
	expect(readFileSync(at('moved/y'), 'utf8')).toBe('x');
});

test('a symlink does not count as a folder below a pinned one', () => {
	symlinkSync('/', at('to/link'));
	expect(pinBelow(to, 'link')).toBeUndefined();
	expect(pinBelow(to, 'nothing')).toBeUndefined();
});

test.skipIf(process.getuid?.() !== 0)(
	'merges folders, replaces files and links, and keeps the mode of a read-only folder',
	() => {
		mkdirSync(at('from/d/closed'), {recursive: true});
		writeFileSync(at('from/d/link'), 'new');
		writeFileSync(at('from/d/closed/x'), 'x');
		chmodSync(at('from/d/closed'), 0o555);
		mkdirSync(at('to/d'));
		symlinkSync('/etc/passwd', at('to/d/link'));
		writeFileSync(at('to/d/own'), 'own');
		expect(moveMerged(from, name('d'), to, name('d'))).toBeUndefined();
		expect(readdirSync(at('to/d')).toSorted()).toEqual(['closed', 'link', 'own']);
		expect(readFileSync(at('to/d/link'), 'utf8')).toBe('new');
		expect(statSync(at('to/d/closed')).mode & 0o777).toBe(0o555);
	},
);

test('reports a conflict of kinds and moves nothing', () => {
	mkdirSync(at('from/d/e'), {recursive: true});
	writeFileSync(at('from/d/a'), 'a');
	mkdirSync(at('to/d'));
	writeFileSync(at('to/d/e'), 'file');
	expect(moveMerged(from, name('d'), to, name('d'))?.toString()).toBe('d/e');
	expect(existsSync(at('to/d/a'))).toBe(false);
});
