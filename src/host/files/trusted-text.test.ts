import {chmodSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {trustedText} from './trusted-text.ts';

let dir: string;
let file: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'tsbox-trusted-'));
	file = join(dir, 'config.yaml');
	writeFileSync(file, 'store: /x\n', {mode: 0o644});
});
afterEach(() => rmSync(dir, {recursive: true}));

test('reads a file of our own, also through a link of our own', () => {
	symlinkSync(file, join(dir, 'link'));
	expect(trustedText(join(dir, 'link'))).toBe('store: /x\n');
});

test.each([0o664, 0o646, 0o666])('refuses mode %o, which lets others write', mode => {
	chmodSync(file, mode);
	expect(() => trustedText(file)).toThrow(expect.objectContaining({code: 'E_CONFIG', hint: `chmod go-w ${file}`}));
});

test.skipIf(process.getuid?.() !== 0)(
	"refuses another user's file, and another user's link to a file of our own",
	() => {
		symlinkSync(file, join(dir, 'link'));
		lchownSync(join(dir, 'link'), 1234, 1234);
		expect(() => trustedText(join(dir, 'link'))).toThrow('belongs to another user');
		lchownSync(file, 1234, 1234);
		expect(() => trustedText(file)).toThrow('belongs to another user');
	},
);

test('refuses a folder', () => {
	mkdirSync(join(dir, 'folder'), {mode: 0o755});
	expect(() => trustedText(join(dir, 'folder'))).toThrow('is not a file');
});
