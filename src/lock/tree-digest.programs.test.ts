import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {treeDigest} from './tree-digest.ts';

let folder: string;
let tree: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-tree-'));
	tree = join(folder, 'tree');
	mkdirSync(join(tree, 'below'), {recursive: true});
	chmodSync(tree, 0o755);
	chmodSync(join(tree, 'below'), 0o750);
	writeFileSync(join(tree, 'below/a.txt'), 'a\n', {mode: 0o644});
	symlinkSync('../../nowhere', join(tree, 'link'));
});
afterEach(() => rmSync(folder, {recursive: true}));

const digestOf = async (path = tree): Promise<string> => (await treeDigest(path)).digest;

test('a small tree is listed entry by entry', async () => {
	execFileSync('mkfifo', ['-m', '600', join(tree, 'pipe')]);
	const {entries, bytes, files} = await treeDigest(tree);
	const owner = `${process.getuid?.()}:${process.getgid?.()}`;
	const words = Object.entries(files ?? {}).map(([path, text]) => `${path}: ${text.replaceAll(owner, 'OWNER')}`);
	expect({entries, bytes, words}).toMatchInlineSnapshot(`
		{
		  "bytes": 2,
		  "entries": 5,
		  "words": [
		    ".: folder 755 OWNER",
		    "below: folder 750 OWNER",
		    "below/a.txt: file 644 OWNER 2 87428fc522803d31",
		    "link: link OWNER -> ../../nowhere",
		    "pipe: fifo 600 OWNER",
		  ],
		}
	`);
});

test('neither times nor the path of a tree change its digest', async () => {
	const before = await digestOf();
	utimesSync(join(tree, 'below/a.txt'), 1, 1);
	utimesSync(tree, 1, 1);
	execFileSync('cp', ['-R', '--preserve=mode', tree, join(folder, 'other')]); // cpSync() forgets modes of folders in Node 24
	expect(await digestOf()).toBe(before);
	expect(await digestOf(join(folder, 'other'))).toBe(before);
});

test.each<[what: string, change: () => void]>([
	['a byte', () => writeFileSync(join(tree, 'below/a.txt'), 'b\n')],
	['a mode', () => chmodSync(join(tree, 'below/a.txt'), 0o600)],
	['the mode of a folder', () => chmodSync(join(tree, 'below'), 0o755)],
	['the mode of the tree itself', () => chmodSync(tree, 0o700)],
	['a name', () => renameSync(join(tree, 'below/a.txt'), join(tree, 'below/b.txt'))],
	['a place', () => renameSync(join(tree, 'below/a.txt'), join(tree, 'a.txt'))],
	['a target', () => (rmSync(join(tree, 'link')), symlinkSync('../../nowhera', join(tree, 'link')))],
	['an empty file more', () => writeFileSync(join(tree, 'empty'), '')],
	[
		'a link in place of a folder',
		() => (renameSync(join(tree, 'below'), join(folder, 'below')), symlinkSync('../below', join(tree, 'below'))),
	],
])('%s makes another digest', async (_, change) => {
	const before = await digestOf();
	change();
	expect(await digestOf()).not.toBe(before);
});

test('names that are not UTF-8 are distinct and shown escaped', async () => {
	const odd = (byte: number): Buffer => Buffer.concat([Buffer.from(`${tree}/x`), Buffer.from([byte])]);
	writeFileSync(odd(0xfe), '');
	const {digest, files} = await treeDigest(tree);
	expect(Object.keys(files ?? {})).toContain('x\\xfe');
	renameSync(odd(0xfe), odd(0xff));
	expect(await digestOf()).not.toBe(digest);
});

test('a single file is a tree with one entry', async () => {
	expect(await treeDigest(join(tree, 'below/a.txt'))).toMatchObject({
		entries: 1,
		bytes: 2,
		files: {'.': expect.stringMatching(/^file 644 /) as string},
	});
});

test('a large file and many files are read completely, and no descriptor stays open', async () => {
	const large = Buffer.alloc(3_000_000, 'x');
	for (let at = 0; at < 150; at += 1) writeFileSync(join(tree, `below/${at}`), at % 20 === 0 ? large : String(at));
	const before = readdirSync('/proc/self/fd').length;
	let told = 0;
	const {digest, entries, bytes, files} = await treeDigest(tree, {onFile: size => (told += size)});
	expect({entries, bytes, files}).toEqual({entries: 154, bytes: 24_000_324, files: undefined});
	expect(told).toBe(bytes);
	expect(readdirSync('/proc/self/fd')).toHaveLength(before);
	large[large.length - 1] = 0;
	writeFileSync(join(tree, 'below/140'), large);
	expect(await digestOf()).not.toBe(digest);
});

test('a file that changes while it is read is refused', async () => {
	const large = join(tree, 'below/large');
	writeFileSync(large, Buffer.alloc(200_000));
	// It is opened by now, and its first bytes are on their way.
	const reading = treeDigest(large);
	writeFileSync(large, 'shorter');
	await expect(reading).rejects.toMatchObject({code: 'E_LOCKED', message: `${large} was changed while it was read`});
});

test('a filesystem of the kernel is not read', async () => {
	const {files} = await treeDigest(tree, {kernelMounts: [join(tree, 'below')]});
	expect(files?.['below']).toBe('a filesystem of the kernel, not read');
	expect(files).not.toHaveProperty('below/a.txt');
});

test('an abort ends the walk, and a missing path is ENOENT', async () => {
	await expect(treeDigest(tree, {signal: AbortSignal.abort('SIGINT')})).rejects.toBe('SIGINT');
	await expect(treeDigest(join(tree, 'no'))).rejects.toMatchObject({code: 'ENOENT'});
	await expect(treeDigest(join(folder, 'no/no'))).rejects.toMatchObject({code: 'ENOENT'});
});
