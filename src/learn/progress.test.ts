import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {realHost} from '../host/programs/real-host.ts';
import {progressStore} from './progress.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'tsbox-learn-'))));
afterEach(() => rmSync(dir, {recursive: true}));

const store = () => progressStore(realHost(), {HOME: dir});
const file = () => join(dir, '.local/state/tsbox/learn.json');

test('lessons that are done are kept, each once, readable only by their owner', () => {
	expect(store().read()).toEqual({done: []});
	store().finish('chroot');
	store().finish('unshare');
	store().finish('chroot');
	expect(store().read()).toEqual({done: ['chroot', 'unshare']});
	expect(statSync(file()).mode & 0o777).toBe(0o600);
	store().reset();
	expect(store().read()).toEqual({done: []});
});

test.each(['', '{', '[]', 'null', '{"done": 3}', '{"done": [1, null]}', '\u0000'])(
	'%j in the file counts as none',
	text => {
		store().finish('chroot');
		writeFileSync(file(), text);
		expect(store().read()).toEqual({done: []});
		store().finish('unshare');
		expect(readFileSync(file(), 'utf8')).toBe('{\n\t"done": [\n\t\t"unshare"\n\t]\n}\n');
	},
);

test('without a home directory nothing is kept, and nothing fails', () => {
	const none = progressStore(realHost(), {});
	none.finish('chroot');
	expect(none.read()).toEqual({done: []});
});
