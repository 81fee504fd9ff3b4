import {execFileSync} from 'node:child_process';
import {closeSync, mkdirSync, mkdtempSync, readSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type Pinned, pin, unpin} from './pinned.ts';
import {type Walked, walkInRoot} from './root-walk.ts';

let folder = '';
let root: Pinned;
const at = (path: string): string => join(folder, 'root', path);

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-root-walk-'));
	mkdirSync(at('usr/bin'), {recursive: true});
	root = pin(at(''));
	writeFileSync(at('usr/bin/tool'), 'inside', {mode: 0o755});
	writeFileSync(join(folder, 'secret'), 'outside');
});

afterEach(() => {
	unpin(root);
	rmSync(folder, {recursive: true, force: true});
});

/** The result, with the text of a file. */
const walked = (path: string): unknown =>
	walkInRoot(root, path, (found: Walked) => {
		if (found.kind !== 'file') return found;
		const fd = found.open();
		if (fd === undefined) return 'not opened';
		const bytes = Buffer.alloc(100);
		const length = readSync(fd, bytes);
		closeSync(fd);
		return [found.path, bytes.toString('utf8', 0, length)];
	});

test('symlinks resolve below the root and never leave it', () => {
	symlinkSync('usr/bin', at('bin'));
	symlinkSync('/bin/tool', at('usr/bin/absolute'));
	symlinkSync('../../../../../../bin/tool', at('usr/bin/upwards'));
	symlinkSync(join(folder, 'secret'), at('usr/bin/escape'));
	symlinkSync('../../secret', at('usr/out'));
	for (const name of ['tool', 'absolute', 'upwards'])
		expect(walked(`/bin/${name}`)).toEqual(['/usr/bin/tool', 'inside']);
	expect(walked('../../usr/./bin//tool')).toEqual(['/usr/bin/tool', 'inside']);
	expect(walked('/bin/escape')).toMatchObject({kind: 'missing', link: {path: '/usr/bin/escape'}});
	expect(walked('/usr/out')).toEqual({
		kind: 'missing',
		path: '/secret',
		link: {path: '/usr/out', target: '../../secret'},
	});
});

test('reports missing paths, loops, and other kinds of files', () => {
	symlinkSync('busybox', at('usr/bin/sh'));
	symlinkSync('loop', at('usr/bin/loop'));
	execFileSync('mkfifo', [at('usr/bin/fifo')]);
	expect(walked('/usr/bin/none')).toEqual({kind: 'missing', path: '/usr/bin/none'});
	expect(walked('/usr/bin/tool/x')).toEqual({kind: 'missing', path: '/usr/bin/tool/x'});
	expect(walked('/usr/bin/sh')).toEqual({
		kind: 'missing',
		path: '/usr/bin/busybox',
		link: {path: '/usr/bin/sh', target: 'busybox'},
	});
	expect(walked('/usr/bin/loop')).toEqual({kind: 'loop', link: {path: '/usr/bin/loop', target: 'loop'}});
	// Opening the FIFO would wait for a writer.
	expect(walked('/usr/bin/fifo')).toEqual({kind: 'other'});
	expect(walked('/usr/bin')).toEqual({kind: 'other'});
	expect(walked('/proc/self/exe')).toEqual({kind: 'unknown'});
});

test('gives up on an endless tree', () => {
	const deep = `${'d/'.repeat(300)}f`;
	execFileSync('mkdir', ['-p', at(deep)]);
	expect(walked(deep)).toEqual({kind: 'unknown'});
	symlinkSync('x/x/x/x/x/x/x/x'.replaceAll('x', '../usr'), at('usr/wide'));
	expect(walked(`/usr/${'wide/'.repeat(30)}bin/tool`)).toEqual(['/usr/bin/tool', 'inside']);
});
