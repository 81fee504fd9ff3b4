import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {Script} from 'node:vm';
import {afterEach, beforeEach, expect, test} from 'vitest';

/* What V8 compiled is kept at the first start, by and for the owner of the program. */

const root = resolve(import.meta.dirname, '../..');
const nobody = 65_534;

let folder: string;
let dist: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-compiled-'));
	chmodSync(folder, 0o755);
	// All that --version needs.
	for (const name of ['bin', 'dist/cli.cjs', 'package.json'])
		cpSync(join(root, name), join(folder, name), {recursive: true});
	dist = join(folder, 'dist');
});
afterEach(() => rmSync(folder, {recursive: true}));

const kept = () => readdirSync(dist).filter(name => name.includes('.cache'));

function version(prefix: readonly string[] = []) {
	const [program, ...words] = [...prefix, process.execPath, join(folder, 'bin/tsbox'), '--version'];
	return spawnSync(program, words, {encoding: 'utf8', env: {PATH: process.env['PATH']}});
}

/** Puts compiled code of another text where that of the program is looked for: V8 compares no more than lengths. */
function plant(): string {
	version();
	const path = join(dist, kept()[0] ?? '');
	const {length} = readFileSync(join(dist, 'cli.cjs'), 'utf8');
	const text = `(function(){process.stdout.write('planted');process.exit(3)})`.padEnd(length);
	writeFileSync(path, new Script(text).createCachedData());
	return path;
}

test('the first start of the owner keeps it, for every user to read; the next ones leave it', () => {
	// Whatever his umask is.
	expect(version(['sh', '-c', 'umask 77; exec "$@"', 'sh'])).toMatchObject({status: 0, stderr: ''});
	const [name = '', ...more] = kept();
	expect(more).toEqual([]);
	const before = statSync(join(dist, name));
	expect(before.mode & 0o777).toBe(0o644);
	expect(version().status).toBe(0);
	expect(statSync(join(dist, name))).toMatchObject({ino: before.ino, mtimeMs: before.mtimeMs});
	expect(kept()).toEqual([name]);
});

test('it is what runs', () => {
	plant();
	expect(version()).toMatchObject({status: 3, stdout: 'planted'});
});

test('another text of the same length has other code', () => {
	plant();
	const path = join(dist, 'cli.cjs');
	const text = readFileSync(path, 'utf8');
	writeFileSync(path, text.slice(0, -1) + (text.endsWith('0') ? '1' : '0'));
	expect(version()).toMatchObject({status: 0, stdout: expect.stringMatching(/^tsbox \d/)});
});

test('what somebody else put there never runs, and the owner replaces it', () => {
	const path = plant();
	chownSync(path, nobody, nobody);
	expect(version()).toMatchObject({status: 0, stdout: expect.stringMatching(/^tsbox \d/)});
	expect(statSync(path).uid).toBe(0);
});

test('another user keeps nothing, even where everybody may write', () => {
	chmodSync(dist, 0o1777);
	const ids = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
	expect(version(['setpriv', ...ids])).toMatchObject({status: 0, stderr: ''});
	expect(kept()).toEqual([]);
});

test('root keeps nothing in the folder of a user', () => {
	chownSync(join(dist, 'cli.cjs'), nobody, nobody);
	expect(version()).toMatchObject({status: 0, stderr: ''});
	expect(kept()).toEqual([]);
});
